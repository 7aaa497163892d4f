"""Code sets that are the same for every partnership in England."""

SEXES = {"F": "Female", "M": "Male", "U": "Not known"}
#: The codes of the Department for Education.
ETHNICITIES = {
    "WBRI": "White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WROM": "Gypsy or Roma",
    "WOTH": "Any other White background",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "CHNE": "Chinese",
    "AOTH": "Any other Asian background",
    "BCRB": "Black Caribbean",
    "BAFR": "Black African",
    "BOTH": "Any other Black background",
    "OOTH": "Any other ethnic background",
    "REFU": "Refused to say",
    "NOBT": "Not known yet",
}

#: What a row of a chronology may say: how contact was made, yes or no, and how the author weighs it.
CONTACTS = {
    "visit": "Visit",
    "call": "Call",
    "letter": "Letter",
    "meeting": "Meeting",
    "attendance": "Attendance",
    "missed": "Missed",
    "referral": "Referral",
    "conference": "Conference",
    "police_incident": "Police incident",
    "admission": "Admission",
    "other": "Other",
}
SAID = {"yes": "Yes", "no": "No", "not_known": "Not known"}
IMPACTS = {"positive": "Positive", "negative": "Negative", "mixed": "Mixed", "unclear": "Unclear"}
RATINGS = {"red": "Red", "amber": "Amber", "green": "Green"}
SIGNIFICANCES = {"key_event": "Key event", "routine": "Routine"}

#: Whether the criteria of a review are met, as an agency sees it in its return.
VIEWS = {"met": "Met", "not_met": "Not met", "unsure": "Unsure"}
