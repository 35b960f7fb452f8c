"""Why a record was quarantined: every reason that this stage counts, each with its meaning.

docs/quarantine.md says for each what to do; a test holds the two in step.
"""

from __future__ import annotations

from typing import Final

LEFT: Final = "identifier left after replacement"
DRAFT: Final = "draft_transcript"
NO_TIMES: Final = "no_times"
OUTSIDE: Final = "outside_recording"
CHANGED: Final = "recording_changed"
NOT_LOCATED: Final = "identifier_not_located"
NOTHING_LEFT: Final = "nothing_left"

MEANING: Final[dict[str, str]] = {
    LEFT: "The second search found an identifier of the patient in what would have flowed on.",
    DRAFT: "The transcript of the recording is a machine's draft; a name that it misheard cannot be found.",
    NO_TIMES: "A turn of the recording has no times, so that what is said in it cannot be silenced.",
    OUTSIDE: "A turn ends before it starts, or after the recording does.",
    CHANGED: "The recording is gone or is not the one that was extracted.",
    NOT_LOCATED: "An identifier could not be located in the recording with confidence.",
    NOTHING_LEFT: "No word of the recording is left once its identifiers are gone.",
}
