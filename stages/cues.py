"""The words by which `stages.guard` knows protected content: tables and no logic.

Keys are in lower case. Where several words mean one thing to a reader of a chart they share a value, so that "BID" and
"twice a day" are no change, and "mg" and "mcg" are.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NUMBER_WORDS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30",
    "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "hundred": "100",
    "thousand": "1000", "half": "half", "quarter": "quarter", "dozen": "12", "once": "1x", "twice": "2x",
    "thrice": "3x", "double": "double", "triple": "triple", "several": "several", "couple": "couple", "few": "few",
}  # fmt: skip
ORDINALS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10",
}  # fmt: skip
# Words before a number that say on which side of it the value lies.
COMPARATORS = {
    ("greater", "than"): ">", ("more", "than"): ">", ("higher", "than"): ">", ("over",): ">", ("above",): ">",
    ("less", "than"): "<", ("fewer", "than"): "<", ("lower", "than"): "<", ("under",): "<", ("below",): "<",
    ("at", "least"): "≥", ("at", "most"): "≤", ("up", "to"): "≤", ("minus",): "-",
}  # fmt: skip
# After these a letter or a Roman number is a number: stage IV, hepatitis B.
GRADED = _set("stage grade type types class degree phase factor category group hepatitis vitamin influenza cn nyha")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}

_UNIT_SPELLINGS = {
    "mg": "mg milligram milligrams mgs", "g": "g gm gms gram grams", "kg": "kg kgs kilogram kilograms",
    "mcg": "mcg µg μg ug microgram micrograms", "ng": "ng nanogram nanograms", "pg": "pg picogram picograms",
    "l": "l liter liters litre litres", "dl": "dl deciliter deciliters",
    "ml": "ml mls milliliter milliliters millilitre millilitres cc ccs",
    "mol": "mol", "mmol": "mmol mmols millimole millimoles", "umol": "umol µmol μmol", "meq": "meq meqs", "iu": "iu",
    "unit": "u unit units", "mmhg": "mmhg", "bpm": "bpm", "%": "% percent pct", "cm": "cm cms centimeter centimeters",
    "mm": "mm millimeter millimeters", "m": "m meter meters", "ft": "ft foot feet", "lb": "lb lbs pound pounds",
    "oz": "oz ounce ounces", "kcal": "kcal", "°": "° degree degrees", "c": "c celsius", "f": "f fahrenheit",
    "s": "sec secs second seconds", "min": "min mins minute minutes", "h": "h hr hrs hour hours", "day": "d day days",
    "week": "w wk wks week weeks", "month": "mo mos month months", "year": "y yr yrs year years",
    "tablet": "tab tabs tablet tablets", "capsule": "cap caps capsule capsules", "puff": "puff puffs",
    "drop": "gtt gtts drop drops", "tsp": "tsp teaspoon teaspoons", "tbsp": "tbsp tablespoon tablespoons",
    "patch": "patch patches", "pack": "pack packs", "dose": "dose doses", "mosm": "mosm", "hpf": "hpf", "k": "k",
}  # fmt: skip
UNITS = {spelling: unit for unit, spellings in _UNIT_SPELLINGS.items() for spelling in spellings.split()}
# Units also where no number stands before them; the others are words or letters that mean much else.
LONE_UNITS = frozenset(spelling for spelling in UNITS if len(spelling) > 1) - _set(
    "cap caps foot feet drop drops pound pounds second patch pack min hr hrs ng mo iu unit"
) | {"%", "°"}

SCHEDULES: dict[tuple[str, ...], str] = {
    tuple(words.split()): meaning
    for meaning, spellings in {
        "of living": "daily living",
        "1/day": "daily|once daily|once a day|once per day|every day|each day|qd|q d|q . d .|qday|q day|1 time a day|"
        "one time a day|od|o . d .",
        "2/day": "bid|b i d|b . i . d .|twice daily|twice a day|twice per day|two times a day|two times daily|"
        "2 times a day|2 times daily|2x day|2 x day",
        "3/day": "tid|t i d|t . i . d .|three times a day|three times daily|3 times a day|3 times daily|thrice daily",
        "4/day": "qid|q i d|q . i . d .|four times a day|four times daily|4 times a day|4 times daily",
        "night": "qhs|q hs|nightly|every night|at bedtime|each night|at night",
        "morning": "qam|q am|every morning|each morning|in the morning",
        "evening": "qpm|q pm|every evening|in the evening",
        "1/2day": "qod|every other day|on alternate days",
        "1/week": "weekly|once weekly|once a week|every week|qweek",
        "1/month": "monthly|once a month|every month",
        "prn": "prn|p r n|p . r . n .|as needed|as required|when needed|when necessary",
        "now": "stat|immediately",
        "with food": "with meals|with food",
        "oral": "po|p o|p . o .|by mouth|orally|per os",
        "intravenous": "iv|i v|i . v .|intravenous|intravenously",
        "intramuscular": "im|i . m .|intramuscular|intramuscularly",
        "subcutaneous": "sc|sq|subq|subcut|subcutaneous|subcutaneously",
        "sublingual": "sl|sublingual|sublingually",
        "rectal": "pr|per rectum|rectally",
        "inhaled": "inhaled|by inhalation|inh",
        "topical": "topical|topically",
    }.items()
    for words in spellings.split("|")
}  # fmt: skip
LONGEST_SCHEDULE = max(map(len, SCHEDULES))
SCHEDULE_STARTS = frozenset(words[0] for words in SCHEDULES) | {"q", "every"}

SIDES = {
    "left": "left", "lt": "left", "leftward": "left", "right": "right", "rt": "right", "rightward": "right",
    "bilateral": "both", "bilaterally": "both", "both": "both", "unilateral": "one", "unilaterally": "one",
    "ipsilateral": "same", "contralateral": "other", "proximal": "proximal", "distal": "distal", "anterior": "anterior",
    "posterior": "posterior", "medial": "medial", "lateral": "lateral", "upper": "upper", "lower": "lower",
    "superior": "superior", "inferior": "inferior", "ventral": "ventral", "dorsal": "dorsal", "volar": "palmar",
    "palmar": "palmar", "plantar": "plantar", "internal": "internal", "external": "external", "cephalad": "cephalad",
    "cranial": "cephalad", "caudad": "caudad", "caudal": "caudad",
}  # fmt: skip
EYES = {"os": "left", "ou": "both"}  # not od: it is also "daily"

NEGATES_AFTER = _set(
    "no not denies denied deny denying without never neither nor cannot lacks lacking non nil dont doesnt didnt"
)
REFUSALS = _set("unable declines declined refuses refused refusing")  # they, too, negate what follows
NEGATES_BEFORE = frozenset({"absent", "none", "negative"})
# Two words that negate together, and on which side what they negate stands.
NEGATION_PAIRS = {
    ("negative", "for"): "after", ("free", "of"): "after", ("absence", "of"): "after", ("lack", "of"): "after",
    ("fails", "to"): "after", ("failed", "to"): "after", ("ruled", "out"): "before", ("rules", "out"): "after",
}  # fmt: skip
SCOPE_ENDS = _set(
    "but however although though except yet besides because which nevertheless aside apart still while whereas"
)

# Words that carry nothing a reader of the chart would act on: an operator may put them in or leave them out.
FILLERS = _set("um uh er hmm well actually basically really just quite very rather so please honestly simply")
EMPTY_WORDS = FILLERS | _set(
    "a an the of in on at to for with and or any some is are was were be been being am has have had having he she they "
    "his her hers their theirs it its this that these those him them me i you your my mine we us our as by from do "
    "does did there who whom then also for evidence sign signs complaint complaints patient"
)

CERTAINTY = {
    "possible": "possible", "possibly": "possible", "probable": "probable", "probably": "probable", "likely": "likely",
    "unlikely": "unlikely", "suspected": "suspected", "suspect": "suspected", "suspicious": "suspected",
    "suspicion": "suspected", "may": "may", "might": "might", "could": "could", "questionable": "questionable",
    "presumed": "presumed", "presumptive": "presumed", "rule": "rule", "concern": "concern", "concerning": "concern",
    "uncertain": "uncertain", "equivocal": "equivocal", "maybe": "maybe", "perhaps": "maybe", "confirmed": "confirmed",
    "definite": "definite", "consider": "consider", "versus": "versus", "vs": "versus", "if": "if",
}  # fmt: skip
TEMPORALITY = {
    "history": "history", "previous": "previous", "previously": "previous", "prior": "previous", "past": "past",
    "former": "former", "formerly": "former", "resolved": "resolved", "chronic": "chronic", "acute": "acute",
    "subacute": "subacute", "new": "new", "old": "old", "current": "current", "currently": "current", "now": "now",
    "today": "today", "yesterday": "yesterday", "tomorrow": "tomorrow", "tonight": "tonight", "ago": "ago",
    "since": "since", "before": "before", "after": "after", "until": "until", "recent": "recent", "recently": "recent",
    "ongoing": "ongoing", "persistent": "persistent", "intermittent": "intermittent", "constant": "constant",
    "sudden": "sudden", "suddenly": "sudden", "gradual": "gradual", "gradually": "gradual", "remote": "remote",
    "recurrent": "recurrent", "last": "last", "next": "next", "status": "status", "during": "during",
    "preoperative": "preoperative", "postoperative": "postoperative", "will": "will", "used": "used", "early": "early",
    "late": "late", "transient": "transient", "temporary": "transient", "permanent": "permanent", "short": "short",
    "long": "long", "congenital": "congenital", "acquired": "acquired",
    "pre": "preoperative", "preop": "preoperative", "preoperatively": "preoperative", "post": "postoperative",
    "postop": "postoperative", "postoperatively": "postoperative", "perioperative": "perioperative",
    "intraoperative": "intraoperative", "prenatal": "antenatal", "antenatal": "antenatal", "postnatal": "postnatal",
    "antepartum": "antepartum", "postpartum": "postpartum", "premenopausal": "premenopausal",
    "postmenopausal": "postmenopausal", "preprandial": "preprandial", "postprandial": "postprandial",
    "fasting": "fasting", "random": "random", "nocturnal": "nocturnal", "morning": "morning",
    "afternoon": "afternoon", "evening": "evening", "always": "always", "usually": "usually", "often": "often",
    "frequent": "often", "frequently": "often", "sometimes": "sometimes", "occasional": "occasional",
    "occasionally": "occasional", "rarely": "rarely", "seldom": "rarely",
    **{day: day for day in _set("monday tuesday wednesday thursday friday saturday sunday")},
    **{
        month: month
        for month in _set(
            "january february march april june july august september october november december"  # "may" is a doubt
        )
    },
}  # fmt: skip
_QUALIFIER_SPELLINGS = {
    "up": "high higher elevated elevation increase increases increased increasing raised rising",
    "down": "low lower decrease decreases decreased decreasing reduced reduction falling",
    "worse": "worse worsen worsens worsened worsening deteriorated deteriorating",
    "better": "better improve improves improved improving improvement",
    "normal": "normal unremarkable", "abnormal": "abnormal", "positive": "positive", "present": "present",
    "stable": "stable", "unstable": "unstable", "mild": "mild mildly", "moderate": "moderate moderately",
    "severe": "severe severely", "start": "start starts started starting initiate initiated",
    "stop": "stop stops stopped stopping discontinue discontinued discontinuing hold held quit quits cease ceased",
    "continue": "continue continues continued continuing", "febrile": "febrile", "afebrile": "afebrile",
    "symptomatic": "symptomatic", "asymptomatic": "asymptomatic", "benign": "benign", "malignant": "malignant",
    "nontender": "nontender", "nondistended": "nondistended", "nonproductive": "nonproductive",
    "productive": "productive", "tender": "tender",
    "fast": "rapid fast", "slow": "slow slowly", "reports": "reports reported reporting",
    "gain": "gain gains gained gaining", "loss": "loss lose loses lost losing", "alive": "alive living",
    "dead": "dead deceased died expired", "admitted": "admit admits admitted", "discharged": "discharged discharges",
    "dilated": "dilated dilation dilatation", "constricted": "constricted constriction", "small": "small minimal tiny",
    "large": "large massive",
}  # fmt: skip
# Words that have an opposite and no other spelling.
_OPPOSED = _set(
    "able accepted strong weak wet dry complete incomplete partial generalized focal diffuse systolic diastolic "
    "ischemic hemorrhagic arterial venous constipation diarrhea inpatient outpatient acidosis alkalosis flexion "
    "extension abduction adduction supine prone regular irregular continent incontinent adequate inadequate "
    "sufficient insufficient atypical typical asymmetric symmetric immunocompromised immunocompetent impaired "
    "intact invasive reducible irreducible reversible irreversible sterile infected open closed viable vasodilation "
    "vasoconstriction disoriented inappropriate ineffective intolerant hardly barely scarcely central peripheral "
    "superficial deep inspiratory expiratory sensory motor intubated extubated primary secondary viral bacterial "
    "fungal obstructive restrictive warm cool cold hot active passive soft rigid firm sharp dull subdural epidural "
    "intracranial extracranial antegrade retrograde agonist antagonist vasodilator vasopressor "
    "intravascular extravascular oliguric anuric adherent voluntary involuntary concave convex prolonged "
    "shortened widened narrowed thickened thinned "
    "worst best conscious homozygous heterozygous"
)
_QUALIFIER_WORDS = {word: value for value, words in _QUALIFIER_SPELLINGS.items() for word in words.split()}
QUALIFIERS = {word: word for word in _OPPOSED} | _QUALIFIER_WORDS
PREFIXES = {
    "hypo": "down", "hyper": "up", "brady": "slow", "tachy": "fast", "macro": "macro", "micro": "micro", "poly": "poly",
    "oligo": "oligo", "olig": "oligo",
}  # fmt: skip
SUFFIXES = {"cytosis": "up", "philia": "up", "penia": "down"}
# Such as unvaccinated and nonreactive; words that only begin so are none.
NEGATED = re.compile(r"un(?!der|i[tqfvol]|til|less|cle|guent|to)[a-z]{4,}|non[a-z]{4,}")
PEOPLE = {
    word: value
    for value, words in {
        "mother": "mother mom", "father": "father dad", "brother": "brother", "sister": "sister", "son": "son",
        "daughter": "daughter", "aunt": "aunt", "uncle": "uncle", "grandmother": "grandmother",
        "grandfather": "grandfather", "cousin": "cousin", "parents": "parent parents", "wife": "wife",
        "husband": "husband", "sibling": "sibling siblings", "family": "family", "maternal": "maternal",
        "paternal": "paternal", "niece": "niece", "nephew": "nephew", "grandson": "grandson",
        "granddaughter": "granddaughter", "stepmother": "stepmother", "stepfather": "stepfather", "spouse": "spouse",
        "partner": "partner", "twin": "twin", "child": "child children", "girlfriend": "girlfriend",
        "boyfriend": "boyfriend",
        "female": "female woman women girl lady",
        "male": "male man men boy gentleman",
        "she": "she her hers", "he": "he him his",
    }.items()
    for word in words.split()
}  # fmt: skip
# Category -> table of words that stand for themselves, wherever they stand outside a name.
PLAIN = {"certainty": CERTAINTY, "temporality": TEMPORALITY, "qualifiers": QUALIFIERS, "people": PEOPLE}

# Shorthand that holds protected content, spelled out so that its expansion is seen to be the same.
SHORTHAND = {
    short: tuple(words.split())
    for short, words in {
        "w/o": "without", "h/o": "history of", "hx": "history", "r/o": "rule out", "s/p": "status post",
        "y/o": "year old", "yo": "year old", "b/l": "bilateral", "nkda": "no known drug allergies",
        "nka": "no known allergies",
        "nad": "no acute distress", "npo": "nothing by mouth", "pmh": "past medical history",
        "pmhx": "past medical history", "psh": "past surgical history", "fhx": "family history", "fh": "family history",
        "shx": "social history", "hpi": "history of present illness", "ruq": "right upper quadrant",
        "luq": "left upper quadrant", "rlq": "right lower quadrant", "llq": "left lower quadrant",
        "rue": "right upper extremity", "lue": "left upper extremity", "rle": "right lower extremity",
        "lle": "left lower extremity", "rul": "right upper lobe", "rml": "right middle lobe", "rll": "right lower lobe",
        "lul": "left upper lobe", "lll": "left lower lobe", "lvef": "left ventricular ejection fraction",
        "lvh": "left ventricular hypertrophy", "rvh": "right ventricular hypertrophy",
        "lbbb": "left bundle branch block", "rbbb": "right bundle branch block", "dnr": "do not resuscitate",
        "dc": "discontinue", "d/c": "discontinue", "le": "lower extremity", "ue": "upper extremity",
        "uri": "upper respiratory infection", "uti": "urinary tract infection", "yrs": "years",
        "adl": "activities of daily living", "adls": "activities of daily living", "dni": "do not intubate",
        "ctab": "clear to auscultation bilaterally", "ivf": "intravenous fluids",
        "nstemi": "non st elevation myocardial infarction",
    }.items()
}  # fmt: skip

# Drugs whose names are taken for each other (ISMP, List of Confused Drug Names; FDA and ISMP, Lists of Look-Alike Drug
# Names with Recommended Tall Man Letters): a chosen part, each line names that are confused among themselves.
_CONFUSED = (
    "acetazolamide acetohexamide", "alprazolam lorazepam clonazepam", "amiloride amlodipine",
    "aripiprazole rabeprazole omeprazole", "atomoxetine atorvastatin", "azacitidine azathioprine",
    "bupropion buspirone", "captopril carvedilol", "carbamazepine oxcarbazepine", "carboplatin cisplatin",
    "cefazolin cefotetan cefoxitin ceftazidime ceftriaxone", "celebrex celexa cerebyx", "cetirizine sertraline",
    "chlorpromazine chlorpropamide", "clobazam clonazepam", "clomiphene clomipramine", "clonazepam clonidine",
    "cycloserine cyclosporine", "dactinomycin daptomycin", "daunorubicin doxorubicin idarubicin",
    "dexamethasone dexmedetomidine", "diazepam diltiazem", "dimenhydrinate diphenhydramine", "dobutamine dopamine",
    "duloxetine fluoxetine paroxetine fluvoxamine", "ephedrine epinephrine", "esomeprazole aripiprazole",
    "fentanyl sufentanil", "flavoxate fluvoxamine", "glipizide glyburide", "guaifenesin guanfacine",
    "hydralazine hydroxyzine hydromorphone", "hydrocodone oxycodone", "hydromorphone morphine oxymorphone",
    "hydrocortisone hydrocodone", "infliximab rituximab", "ketamine ketorolac", "labetalol lamictal",
    "lamictal lamisil", "lamivudine lamotrigine", "levetiracetam levofloxacin levocarnitine",
    "levothyroxine liothyronine", "losartan valsartan", "medroxyprogesterone methylprednisolone methyltestosterone",
    "metformin metronidazole", "methadone methylphenidate metolazone", "methimazole metolazone",
    "metoprolol metoclopramide", "mifepristone misoprostol", "mitomycin mitoxantrone",
    "nicardipine nifedipine nimodipine",
    "nizatidine tizanidine", "oxcarbazepine carbamazepine", "oxybutynin oxycodone", "paclitaxel docetaxel",
    "penicillin penicillamine", "pentobarbital phenobarbital", "pioglitazone rosiglitazone", "prednisone prednisolone",
    "pramipexole propranolol", "propylthiouracil purinethol", "quetiapine olanzapine", "quinidine quinine",
    "rifampin rifaximin rifapentine", "risperidone ropinirole", "romidepsin romiplostim", "saxagliptin sitagliptin",
    "sulfadiazine sulfasalazine sulfisoxazole", "sumatriptan zolmitriptan", "tacrolimus sirolimus",
    "ticagrelor ticlopidine", "tolazamide tolbutamide tolcapone", "topamax toprol", "tramadol trazodone",
    "valacyclovir valganciclovir", "vinblastine vincristine vinorelbine", "zantac zyrtec zyprexa",
    "zolpidem zaleplon",
)  # fmt: skip
CONFUSED_DRUGS: dict[str, frozenset[str]] = {
    name: frozenset(other for line in _CONFUSED if name in line.split() for other in line.split()) - {name}
    for name in {name for line in _CONFUSED for name in line.split()}
}
"""Name of a drug, in lower case -> the names that it is confused with."""

# Stems of international nonproprietary names (WHO, "The use of stems", 2018), and common or confused names without one.
DRUG = re.compile(
    r"[a-z]{2,}(?:pril|sartan|olol|statin|prazole|tidine|cillin|mycin|micin|floxacin|cycline|conazole|mab|tinib|ciclovir|"
    r"gliptin|gliflozin|glutide|formin|xaban|parin|dipine|zepam|zolam|triptan|setron|oxetine|zosin|thiazide|semide|profen|"
    r"barbital|dronate|fibrate|gatran|glitazone|grel|lukast|nidazole|phylline|platin|relin|rubicin|solone|asone|terol|"
    r"tropium|vaptan|dopa|oxaban|quinolone|azepine|pramine|triptyline|sulfone|sonide|caine|codone|morphone|stigmine|"
    r"blastine|cristine|taxel|notecan|citabine|fungin|vudine|navir|tegravir|gabalin|ridone|piprazole|penem|pidem|pamil|"
    r"racetam|coxib|semab|zapine|tiapine)"
    r"|cef[a-z]{4,}|sulfa[a-z]{4,}"
    r"|aspirin|insulin|warfarin|heparin|digoxin|morphine|codeine|fentanyl|tramadol|acetaminophen|paracetamol|naproxen|"
    r"gabapentin|levothyroxine|prednisone|albuterol|furosemide|sertraline|citalopram|escitalopram|bupropion|trazodone|"
    r"lithium|phenytoin|valproate|lamotrigine|levetiracetam|hydralazine|hydroxyzine|clonidine|amiodarone|nitroglycerin|"
    r"spironolactone|allopurinol|colchicine|methotrexate|ondansetron|methadone|naloxone|epinephrine|glipizide|glyburide"
    rf"|{'|'.join(sorted(CONFUSED_DRUGS))}"
)
