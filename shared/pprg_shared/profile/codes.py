"""Code sets that are the same for every partnership in England."""

from collections.abc import Mapping

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

#: What a referral may say of a person besides; for disabilities the codes of the Department for Education.
DISABILITIES = {
    "NONE": "None",
    "MOB": "Mobility",
    "HAND": "Hand function",
    "PC": "Personal care",
    "INC": "Incontinence",
    "COMM": "Communication",
    "LD": "Learning",
    "HEAR": "Hearing",
    "VIS": "Vision",
    "BEH": "Behaviour",
    "CON": "Consciousness",
    "AUT": "Autism",
    "DDA": "Another disability",
    "not_known": "Not known",
}
#: Codes of the return on looked-after children, and what a child may be under besides.
LEGAL_STATUSES = {
    "none": "None of these",
    "V2": "Looked after by agreement (section 20)",
    "V3": "Short breaks, several carers (section 20)",
    "V4": "Short breaks (section 20)",
    "C1": "Interim care order",
    "C2": "Care order",
    "D1": "Freeing order",
    "E1": "Placement order",
    "J1": "Remanded to care",
    "J2": "Detained under PACE",
    "J3": "Youth rehabilitation order with residence",
    "L1": "Police protection",
    "L2": "Emergency protection order",
    "L3": "Child assessment order",
    "supervision": "Supervision order",
    "arrangements": "Child arrangements order",
    "guardianship": "Special guardianship",
    "private_fostering": "Privately fostered",
    "not_known": "Not known",
}
PLANS = {"current": "Yes", "previous": "Earlier", "never": "Never", "not_known": "Not known"}
PLAN_CATEGORIES = {
    "NEG": "Neglect",
    "PHY": "Physical abuse",
    "SAB": "Sexual abuse",
    "EMO": "Emotional abuse",
    "MUL": "Several of these",
}
PLACEMENTS = {
    "relative": "Foster care with a relative or friend",
    "foster": "Foster care with others",
    "adoption": "Placed for adoption",
    "parents": "With their own parents",
    "home": "Children's home",
    "secure": "Secure children's home",
    "semi_independent": "Supported or independent living",
    "residential_school": "Residential school",
    "health": "Hospital or another place for health care",
    "custody": "Prison or young offender institution",
    "other": "Another placement",
    "not_known": "Not known",
}
EDUCATION = {
    "too_young": "Not old enough",
    "early_years": "Early years setting",
    "school": "School",
    "alternative": "Educated otherwise than at school",
    "home": "Educated at home by their parents",
    "missing": "Missing education",
    "college": "College, training or work",
    "none": "Over 16 and in none of these",
    "not_known": "Not known",
}
NEEDS = {
    "none": "None",
    "physical": "Physical support",
    "sensory": "Sensory support",
    "memory": "Memory and cognition",
    "learning_disability": "Learning disability",
    "autism": "Autism",
    "mental_health": "Mental health",
    "social": "Social support, drugs or alcohol",
    "carer": "As a carer",
    "other": "Other needs",
    "not_known": "Not known",
}
ENQUIRIES = {"none": "None", "open": "Open", "concluded": "Concluded", "not_known": "Not known"}

#: Stands for the agency of whoever belongs to none of the list, and what pages call it.
OTHER, OTHER_BODY = "other", "another body"
#: What a referral may say of who makes it, of what is behind the harm, and of the media.
REFERRERS = {
    "practitioner": "Practitioner",
    "manager": "Manager",
    "member_of_public": "Member of the public",
    "coroner": "Coroner",
    "other_body": "Another body",
}
ALLEGED_SOURCES = {
    "parent_or_carer": "Parent or carer",
    "partner": "Partner",
    "relative": "Another relative",
    "household": "Somebody in the household",
    "peer": "Peer",
    "professional": "Professional",
    "stranger": "Stranger",
    "self": "They themselves",
    "organisation": "Organisation",
    "not_known": "Not known",
}
MEDIA = {"none": "None", "possible": "Possible", "active": "Active"}

#: How pages name these codes.
NAMED: Mapping[str, Mapping[str, str]] = {
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "contact": CONTACTS,
    "said": SAID,
    "impact": IMPACTS,
    "rating": RATINGS,
    "significance": SIGNIFICANCES,
    "view": VIEWS,
    "disability": DISABILITIES,
    "legal_status": LEGAL_STATUSES,
    "plan": PLANS,
    "plan_category": PLAN_CATEGORIES,
    "placement": PLACEMENTS,
    "education": EDUCATION,
    "need": NEEDS,
    "enquiry": ENQUIRIES,
    "referrer_kind": REFERRERS,
    "alleged_source": ALLEGED_SOURCES,
    "media": MEDIA,
}
