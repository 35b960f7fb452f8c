"""What forms call their fields, and what stands between a field's name, its value and the next one."""

from __future__ import annotations

from collections.abc import Sequence

# A form's names of each field.
FIELDS: dict[str, Sequence[str]] = {
    "⟦patient.name⟧": ("Patient", "Name", "Pt", "Patient Name", "Pt name", "Full name", "Subject", "Client"),
    "⟦patient.last_first⟧": ("Patient", "Name", "PATIENT NAME", "Name (Last, First)", "Resident"),
    "⟦PATIENT.LAST_FIRST⟧": ("PATIENT", "NAME", "PT"),
    "⟦patient.last⟧": ("Surname", "Last name", "Family name"),
    "⟦patient.first⟧": ("First name", "Given name", "Forename"),
    "⟦doctor.name⟧": (
        "Physician",
        "Attending",
        "Provider",
        "PCP",
        "Referring physician",
        "Consultant",
        "Surgeon",
        "Ordered by",
    ),
    "⟦doctor.formal⟧": ("Seen by", "Attending", "Referred by", "Doctor", "GP", "Reporting radiologist", "cc"),
    "⟦doctor.name⟧, MD": ("Provider", "Signed", "Author", "Attending physician", "Interpreted by"),
    "⟦nurse.name⟧, RN": ("Nurse", "Triage nurse", "RN", "Collected by", "Recorded by", "Witness"),
    "⟦nurse.last⟧": ("Nurse", "RN", "Tech"),
    "⟦relative.name⟧": (
        "Next of kin",
        "Emergency contact",
        "Guarantor",
        "Contact person",
        "Spouse",
        "Guardian",
        "Mother",
    ),
    "⟦date.birth⟧": ("DOB", "Date of Birth", "Birth date", "D.O.B.", "Born", "BD"),
    "⟦date.visit⟧": (
        "Date",
        "Date of visit",
        "Visit date",
        "Date of service",
        "DOS",
        "Report date",
        "Seen",
        "Date of exam",
    ),
    "⟦date.admitted⟧": ("Admitted", "Admission date", "Adm", "Date of admission"),
    "⟦date.discharged⟧": ("Discharged", "Discharge date", "D/C", "Date of discharge"),
    "⟦mrn⟧": ("MRN", "Med Rec No", "Medical record number", "Chart no.", "MR#", "Unit no", "Hospital no.", "Record"),
    "⟦account⟧": ("Account", "Acct", "Account No", "Visit no", "FIN", "Encounter", "Billing account", "CSN"),
    "⟦accession⟧": ("Accession", "Accession No", "Specimen", "Lab no", "Order no"),
    "⟦health_plan⟧": ("Insurance ID", "Member ID", "Health plan", "Policy", "Plan no.", "Beneficiary", "Subscriber no"),
    "⟦ssn⟧": ("SSN", "Social Security", "SS#", "Soc Sec No"),
    "⟦licence⟧": ("License", "Driver's license", "DL", "Licence no.", "State ID"),
    "⟦npi⟧": ("NPI", "Provider license", "Lic. no.", "DEA"),
    "⟦phone⟧": ("Phone", "Tel", "Home phone", "Cell", "Telephone", "Mobile", "Ph", "Work phone", "Contact no."),
    "⟦fax⟧": ("Fax", "F", "Facsimile", "Fax no."),
    "⟦pager⟧": ("Pager", "Beeper", "Pager no."),
    "⟦email⟧": ("Email", "E-mail", "Mail"),
    "⟦url⟧": ("Portal", "Web", "URL", "Chart link", "Website"),
    "⟦ip⟧": ("IP", "IP address", "Login from", "Workstation"),
    "⟦device⟧": ("Device", "Serial no.", "Implant", "Device serial", "S/N", "Pacemaker"),
    "⟦vehicle⟧": ("Vehicle", "Plate", "License plate", "Car", "VIN"),
    "⟦biometric⟧": ("Biometric", "Fingerprint", "Biometric ID", "Voice print", "Iris"),
    "⟦photo⟧": ("Photo", "Photograph", "Face photo", "Image file"),
    "⟦username⟧": ("Username", "Portal user", "Login", "User"),
    "⟦other_code⟧": ("Study ID", "Case", "Trial no.", "Research ID", "Sample"),
    "⟦address⟧": ("Address", "Home address", "Residence", "Mailing address", "Addr"),
    "⟦city⟧": ("City", "Town", "Place of residence"),
    "⟦zip⟧": ("ZIP", "Zip code", "Postal code"),
    "⟦street⟧": ("Street", "Address line 1"),
    "⟦hospital⟧": ("Hospital", "Facility", "Site", "Referred from", "Practice", "Location"),
    "⟦employer⟧": ("Employer", "Works at", "Place of work"),
    "⟦pharmacy⟧": ("Pharmacy", "Preferred pharmacy", "Dispensed by"),
    "⟦school⟧": ("School", "College"),
    "⟦age_over_89⟧": ("Age", "AGE", "Age (years)"),
}


PLAIN_FIELDS = (
    *("Sex: F", "Sex: male", "Gender: female", "Age: 47", "Age 62", "Weight: 71 kg", "BMI 27.4", "Allergies: NKDA"),
    *("Room: 12", "Ward: Acute Medical Unit", "Department: Cardiology", "Status: final", "Blood type: O+", "Page: 1"),
    *("Insurance: Medicare", "Religion: Christian", "Race: declined", "Code status: full", "Pulse: 88", "BP: 132/84"),
    *("Temp: 38.1", "Complaint: cough", "Diagnosis: pneumonia", "Service: Medicine", "Priority: routine", "SpO2: 95%"),
    *(
        "Language: English",
        "Diet: regular",
        "Isolation: none",
        "Hgb: 12.4",
        "Grade: 2",
        "Result: negative",
        "Copies: 2",
    ),
)


SEPARATORS = (": ", ": ", ": ", " ", " - ", ":", " = ", "\t", "  ", ":  ", " #: ", "\n")


BETWEEN = ("\n", "\n", "\n", "   ", " | ", "; ", ", ", "\t", "\n\n")
