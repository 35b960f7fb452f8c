"""Why a file, a page or a row was quarantined: every reason that this stage counts, each with its meaning.

docs/quarantine.md says for each what to do; a test holds the two in step.
"""

from __future__ import annotations

from typing import Final

EMPTY: Final = "empty"
TOO_LARGE: Final = "too_large"
TOO_MANY_PAGES: Final = "too_many_pages"
TOO_MANY_PIXELS: Final = "too_many_pixels"
EXPANDS_TOO_MUCH: Final = "expands_too_much"
ENCRYPTED: Final = "encrypted"
TRUNCATED: Final = "truncated"
DAMAGED: Final = "damaged"
MISLABELLED: Final = "mislabelled"
UNSUPPORTED: Final = "unsupported_format"
BINARY: Final = "binary"
ENCODING: Final = "unreadable_encoding"
NO_PAGES: Final = "no_pages"
NO_TEXT: Final = "no_text"
OCR_CONFIDENCE: Final = "ocr_confidence"
OCR_TIMEOUT: Final = "ocr_timeout"
OCR_FAILED: Final = "ocr_failed"
LEADS_OUTSIDE: Final = "leads_outside"
NOT_A_FILE: Final = "not_a_file"
NO_PERMISSION: Final = "no_permission"
VANISHED: Final = "vanished"
CHANGED: Final = "changed_while_reading"
FILE_NAME: Final = "file_name"
UNKNOWN_SPLIT: Final = "unknown_split"
NO_TURNS: Final = "no_turns"
NO_SPEAKER: Final = "text_before_speaker"
UNKNOWN_SPEAKER: Final = "unknown_speaker"
MISSING_COLUMN: Final = "missing_column"
DUPLICATE_COLUMN: Final = "duplicate_column"
BROKEN_JSON: Final = "broken_json"
NOT_AN_OBJECT: Final = "not_an_object"
FIELD_COUNT: Final = "wrong_number_of_fields"
BROKEN_QUOTING: Final = "broken_quoting"
VALUE_TYPE: Final = "unreadable_value"
EMPTY_ROW: Final = "empty_row"
DUPLICATE_ROW: Final = "duplicate_row"
NO_GROUP: Final = "no_group"
NO_DECODER: Final = "no_decoder"
NO_AUDIO_TRACK: Final = "no_audio_track"
HEADER_LENGTH: Final = "header_length"
TOO_LONG: Final = "too_long"
TOO_SHORT: Final = "too_short"
LOW_RATE: Final = "low_sample_rate"
NOT_FINITE: Final = "not_finite"
SILENT: Final = "silent"
CHANNELS_CANCEL: Final = "channels_cancel"
CLIPPED: Final = "clipped"
NO_RECORDING: Final = "no_recording"
NO_ANNOTATION: Final = "no_annotation"
BROKEN_ANNOTATION: Final = "broken_annotation"
END_BEFORE_START: Final = "end_before_start"
ANNOTATIONS_DISAGREE: Final = "annotations_disagree"
MIS_SAMPLED: Final = "mis_sampled"
PAST_END: Final = "past_end"
OVERLAPS_ITSELF: Final = "overlaps_itself"
EMPTY_TRANSCRIPT: Final = "empty_transcript"
NOT_HEARD: Final = "not_heard"
NO_SPEECH: Final = "no_speech"

MEANING: Final[dict[str, str]] = {
    EMPTY: "The file has no bytes, or nothing but blanks.",
    TOO_LARGE: "The file is larger than extract.most_megabytes.",
    TOO_MANY_PAGES: "The document has more than extract.most_pages pages.",
    TOO_MANY_PIXELS: "A page or an image in it is larger than extract.most_megapixels.",
    EXPANDS_TOO_MUCH: "The archive inside the file unpacks to more than a document can be: a zip bomb.",
    ENCRYPTED: "The file needs a password.",
    TRUNCATED: "The end of the file is missing.",
    DAMAGED: "The file has the right format, but its structure cannot be followed.",
    MISLABELLED: "The file's name ends like one format, its content is another.",
    UNSUPPORTED: "No reader knows this format.",
    BINARY: "Control characters where text was expected.",
    ENCODING: "The bytes are text in no encoding that can be told.",
    NO_PAGES: "The document has no page.",
    NO_TEXT: "The document was read, and there was no word in it.",
    OCR_CONFIDENCE: "The mean word confidence of a page's OCR is below extract.least_confidence.",
    OCR_TIMEOUT: "The OCR of a page took longer than extract.seconds_per_page.",
    OCR_FAILED: "Tesseract ended with an error on a page.",
    LEADS_OUTSIDE: "A symbolic link leads out of the source's folder.",
    NOT_A_FILE: "A pipe, socket or device stands where a file was expected.",
    NO_PERMISSION: "The file may not be read.",
    VANISHED: "The file was listed and then gone, or a link leads nowhere.",
    CHANGED: "The file's bytes changed while the stage ran.",
    FILE_NAME: "The file's name is not UTF-8.",
    UNKNOWN_SPLIT: "The split is none of train, validation and test.",
    NO_TURNS: "No line of the dialogue names a known speaker.",
    NO_SPEAKER: "The dialogue has words before its first speaker.",
    UNKNOWN_SPEAKER: "A line or segment is spoken by a label that sources.<name>.speakers does not name.",
    MISSING_COLUMN: "A column that sources.<name>.columns names is not in the table.",
    DUPLICATE_COLUMN: "Two columns of the table bear one name.",
    BROKEN_JSON: "A line is no JSON.",
    NOT_AN_OBJECT: "A line is JSON, but no object.",
    FIELD_COUNT: "A row has more or fewer fields than the header.",
    BROKEN_QUOTING: "A quotation mark is never closed, or is followed by more text.",
    VALUE_TYPE: "A value is neither text nor a number, a truth value or a list of these.",
    EMPTY_ROW: "Every field of the row that is read is empty.",
    DUPLICATE_ROW: "The same row stands in the table before; the first one is kept.",
    NO_GROUP: "The column that names the patient is empty in this row.",
    NO_DECODER: "The format needs ffmpeg, which is not installed.",
    NO_AUDIO_TRACK: "The file holds pictures and no sound.",
    HEADER_LENGTH: "The header tells of less sound than the file holds.",
    TOO_LONG: "The recording is longer than extract.most_hours.",
    TOO_SHORT: "The recording is shorter than extract.least_seconds.",
    LOW_RATE: "The recording has fewer samples a second than extract.least_sample_rate.",
    NOT_FINITE: "A sample of the recording is not a number, or infinite.",
    SILENT: "No tenth of a second of the recording is as loud as extract.least_level.",
    CHANNELS_CANCEL: "Each channel holds sound, and their mean holds none: one is the other upside down.",
    CLIPPED: "More of the recording than extract.most_clipped is cut off at the loudest value there is.",
    NO_RECORDING: "An annotation, or a row of the manifest, belongs to no recording that is there.",
    NO_ANNOTATION: "Nothing beside the recording, and no row of the manifest, says what is said in it.",
    BROKEN_ANNOTATION: "The annotation cannot be read.",
    END_BEFORE_START: "A segment's times are no stretch: it ends before it starts, or starts before the recording.",
    ANNOTATIONS_DISAGREE: "Two annotations of the recording, or two parts of one, do not say the same words.",
    MIS_SAMPLED: "The recording has another length than its annotation was made for.",
    PAST_END: "A segment lies past the end of the recording by more than extract.slack.",
    OVERLAPS_ITSELF: "One speaker's segments overlap by more than extract.slack.",
    EMPTY_TRANSCRIPT: "The annotation holds no word.",
    NOT_HEARD: "Less than extract.least_heard of the annotated time is as loud as extract.least_level.",
    NO_SPEECH: "The recording has no annotation, and the diarizer heard nobody in it.",
}
