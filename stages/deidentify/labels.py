"""The entities of PHI: one label for each kind of identifier of the HIPAA Safe Harbor method (45 CFR 164.514(b)(2))."""

from __future__ import annotations

NAMES = ("PATIENT", "RELATIVE", "STAFF")
NUMBERS = (
    "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "BIOMETRIC", "OTHER_ID", "PHONE", "FAX",
)  # fmt: skip
ADDRESSES = ("EMAIL", "URL", "IP")
PLACES = ("LOCATION", "ORGANIZATION")
TIMES = ("DATE", "AGE")
LABELS = (*NAMES, *NUMBERS, *ADDRESSES, *PLACES, *TIMES)

# Each of these alone points at a person or a household: one that still stands in a document is a leak. A shifted date
# or a capped age may by chance equal another true one, so those are judged by span recall.
DIRECT = (*NAMES, *NUMBERS, *ADDRESSES, *PLACES)

# What models that were not trained here call the same things. PERSON gets its role from the context.
FOREIGN = {
    "PERSON": "PERSON", "PER": "PERSON", "NAME": "PERSON", "HCW": "STAFF", "DOCTOR": "STAFF", "GPE": "LOCATION",
    "LOC": "LOCATION", "FAC": "LOCATION", "ORG": "ORGANIZATION", "HOSP": "ORGANIZATION", "HOSPITAL": "ORGANIZATION",
    "VENDOR": "ORGANIZATION", "PATORG": "ORGANIZATION", "ID": "OTHER_ID", "OTHERPHI": "OTHER_ID", "CONTACT": "PHONE",
    "DATE_TIME": "DATE",
}  # fmt: skip


def tag(label: str) -> str:
    """What stands in the text for an entity that is not replaced by a surrogate, such as [PATIENT_NAME]."""
    return f"[{label}_NAME]" if label in NAMES else f"[{label}]"
