"""The office writes down what came on paper, corrects it, and an agency reads about whom it is: as people see it."""

from invented import REFERRAL, SUBJECT, UNKNOWN, as_form
from pprg_triage import rules
from waiting import eventually

WHY = "The school rang on Monday."
PAPER = {"referrer_agency": "other", "referrer_body": "Invented Coroner", "referrer_name": "Invented Person"}


def test_what_came_on_paper_is_corrected_and_read_by_an_agency(visit, api):
    office, lead = visit(), visit()
    office.sign_in("coordinator")
    office.open("/referrals/new?immediate_risk=no&reason_kind=concern&about=child")
    office.sees("Refer a case")
    typed = as_form(REFERRAL | PAPER | {"subjects": [SUBJECT], "referrer_email": "", "authorised_by": ""})
    choices = ("immediate_risk", "reason_kind", "agencies", "routes", "declaration", "subjects-0-kind")
    office.fill({name: text for name, text in typed.items() if name not in choices})
    office.fill({"source": "paper", "received_on": "1 January 2020"})
    office.choose("A child", "Wiltshire Police")
    office.press("Send referral")
    office.sees("Error: Refer a case", 422)
    assert "Invented Coroner" in office.typed("referrer_body")

    office.fill({"received_on": ""})
    office.page.locator("input[name=declaration]").check()
    office.press("Send referral")
    office.sees("Referral sent")
    reference = office.page.locator(".govuk-panel strong").inner_text()
    case = api.there("cases", reference)
    api.post(f"{case}/requests", {"agencies": ["police"], "questions": "What was your part?"})

    office.open(f"{case}/amend")
    office.sees(f"Correct what was referred, {reference}")
    office.press("Add another person")
    assert office.status == 200
    brother = UNKNOWN | {"name": "Invented Brother", "born": "?2018 to 2020", "relation": "brother of the first"}
    office.fill({f"subjects-1-{name}": text for name, text in brother.items()} | {"why": WHY})
    office.page.locator("input[name=subjects-1-kind][value=child]").check()
    other = visit()
    other.sign_in("deputy")
    other.open(f"{case}/amend")
    other.fill({"what_happened": "Typed by somebody else.", "why": "Another call."})
    office.press("Correct what was referred")
    assert (office.status, "It was corrected once" in office.text) == (200, True)
    office.sees(f"Case {reference}")

    other.press("Correct what was referred")
    other.sees(f"Error: Correct what was referred, {reference}", 409)
    assert other.typed("what_happened", "why") == ["Typed by somebody else.", "Another call."]
    assert "Person 2 added: Invented Brother" in other.text

    office.open(f"{case}/history")
    office.sees(f"What happened, {reference}")
    assert "Person 2 added: Invented Brother" in office.text

    lead.sign_in("lead-police")
    lead.open(api.there("requests", reference, "lead-police"))
    lead.sees(f"Request {reference}")
    assert "The 2 people whom it is about" in lead.text
    lead.page.get_by_text("Your agency holds nothing about any of these people").click()
    lead.press("We hold nothing")
    lead.sees(f"Error: Request {reference}", 422)


def test_an_agency_reads_who_is_new_where_it_says_that_it_holds_nothing(visit, api, case):
    reference, path = case
    lead = visit()
    api.post(f"{path}/requests", {"agencies": ["police"], "questions": "What was your part?"})
    lead.sign_in("lead-police")
    request = api.there("requests", reference, "lead-police")
    lead.open(request)
    content = api.get(path)["content"]
    sister = UNKNOWN | {"kind": "child", "name": "Invented Sister", "born": "2019"}
    said = rules.referred(content) | {"revision": 0, "why": WHY, "subjects": [SUBJECT, sister]}
    api.post(f"{path}/amendments", said)
    eventually(lambda: len(api.get(request, "lead-police")["subjects"]) == 2, every=0.1)

    lead.page.get_by_text("Your agency holds nothing about this person").click()
    lead.fill({"nil-author": "Invented Lead"})
    lead.press("We hold nothing")
    lead.sees(f"Error: Request {reference}", 409)
    assert "Invented Sister (new)" in lead.text
    assert lead.typed("nil-author") == ["Invented Lead"]
    lead.press("We hold nothing")
    assert lead.status == 200
