"""One case walked by hand, from the door to what everybody can read, with every page looked at on the way."""

from datetime import date

import pytest

from browser.visitor import SECONDS_BETWEEN_LOOKS
from invented import ANSWERED
from pprg_shared.calendar import add_working_days, long, short
from waiting import eventually

pytestmark = pytest.mark.browser

ACCOUNT = "An invented account.\nIts second line, with <b>signs</b> & “quotes”."
REFERRAL = {
    "referrer_name": "Invented Referrer",
    "referrer_role": "General practitioner",
    "referrer_email": "referrer@gp.example",
    "authorised_by": "Invented Lead, safeguarding lead",
    "subjects-0-name": "Invented Child",
    "subjects-0-born": "May 2016",
    "subjects-0-sex": "U",
    "subjects-0-ethnicity": "NOBT",
    "subjects-0-address": "not known",
    "family_knows": "Not yet: the police have asked us to wait.",
    "incident_on": "?October 2026",
    "what_happened": ACCOUNT,
    "safety": "Nobody else is known to be at risk.",
}
WHY = "Somebody died or was harmed, and agencies may learn from it"
DECLARED = "What I have written is accurate as far as I know, and my agency shares it under its legal duties."
SUMMARY = "An invented summary of involvement."
TOLD = "An invented call, date of birth 1 June 2016"
FIRST = {"rows-0-date": "22.05.16", "rows-0-source": "Custody log, worker 1", "rows-0-event": TOLD}
VAGUE = {"rows-1-date": "?May 2016", "rows-1-source": "Letter, worker 2", "rows-1-event": "An invented visit"}
TO_AGENCY = "A rapid review will begin. Keep your records secured; these words are made up."
REASONS = "Invented reasons: the agencies could have worked together better, and much can be learnt."
LEARNT = "Agencies held parts of the picture and met late in 2026. Sharing what they knew earlier would have helped."


@pytest.mark.parametrize(
    "mode", [0, pytest.param(1, marks=pytest.mark.long)], indirect=True, ids=["320-without-script", "1280-with-script"]
)
def test_a_case_is_walked_from_the_door_to_what_everybody_can_read(visit, mode):
    title = f"Hearing a child, an invented case {mode.width}"

    reference = refer(visit())
    office = visit()
    office.sign_in("coordinator")
    find(office, reference)
    ask(office, reference)
    lead(office, reference)
    answer(visit(), reference)
    hold_nothing(visit(), reference)
    read_the_answers(office, reference)
    meet(office, reference)
    change_the_meeting(office, reference)
    write_down_that_it_met(office, reference)
    propose(office, reference)
    ratify(visit(), office.page.url, reference)
    read_what_was_decided(visit(), reference)
    look_back(office, reference)
    read_letters(office)
    publish(office, reference, title)
    release(visit(), office, title)
    read_as_everybody(visit(), title, reference)


def assert_summary_leads_to(visitor, *fields):
    """The summary has the focus, and its links lead to these fields."""
    links = visitor.page.locator(".govuk-error-summary a")
    reached = []
    assert visitor.focus("className") == "govuk-error-summary"
    for link in links.all():
        link.press("Enter")
        reached.append(visitor.focus("id"))
    assert reached == list(fields)


def refer(visitor):
    visitor.open("/")
    visitor.sees("Start")
    visitor.press("Start a referral")
    pass_the_gate(visitor)

    visitor.press("Send referral")
    visitor.sees("Error: Refer a case", 422)
    about_referrer = ("referrer_name", "referrer_role", "referrer_agency", "referrer_email", "authorised_by")
    about_subject = tuple(f"subjects-0-{each}" for each in ("name", "born", "sex", "ethnicity", "address"))
    about_incident = ("family_knows", "incident_on", "incident", "what_happened", "safety")
    assert_summary_leads_to(visitor, *about_referrer, *about_subject, *about_incident, "agencies", "declaration")

    visitor.fill(REFERRAL | {"referrer_email": "referrer at gp", "subjects-0-born": "31/02/2016"})
    visitor.choose(
        "A child", "Neglect", "Wiltshire Police", "GP practices", "Coroner's inquest", "Rapid review", DECLARED
    )
    visitor.page.get_by_label("Your agency", exact=True).select_option("GP practices")
    visitor.page.get_by_label("What was it?", exact=True).select_option("Death")
    visitor.page.get_by_role("group", name="Has the person died?").get_by_label("Yes").check()
    visitor.press("Add another person")
    visitor.sees("Refer a case")
    assert visitor.typed("what_happened", "subjects-0-name", "subjects-1-name") == [ACCOUNT, "Invented Child", ""]

    visitor.press("Send referral")
    visitor.sees("Error: Refer a case", 422)
    assert [each[:28] for each in visitor.problems] == ["Enter one email address, suc", "Person 1: 31/02/2016 is not "]
    assert visitor.typed("what_happened", "subjects-0-born", "referrer_agency") == [ACCOUNT, "31/02/2016", "gp"]
    assert visitor.ticked == ["child", "neglect", "yes", "police", "gp", "inquest", "rapid_review", "true"]

    visitor.fill({"referrer_email": "referrer@gp.example", "subjects-0-born": "May 2016"})
    visitor.press("Send referral")
    visitor.sees("Referral sent")
    return visitor.page.locator(".govuk-panel strong").inner_text()


def pass_the_gate(visitor):
    visitor.sees("Before you refer")
    visitor.press("Continue")
    visitor.sees("Error: Before you refer", 422)
    assert_summary_leads_to(visitor, "immediate_risk", "reason_kind", "about")

    visitor.choose("Yes, and I have not reported it yet", WHY, "A child")
    visitor.press("Continue")
    visitor.sees("Report it first")
    assert "999" in visitor.text

    visitor.follow("Before you refer")
    visitor.choose("No", WHY, "A child")
    visitor.press("Continue")
    visitor.sees("Refer a case")


def find(office, reference):
    office.until(lambda: ["New referral from GP practices", reference] in [r[:2] for r in office.rows])
    office.sees("Cases")
    office.follow(reference)

    office.sees(f"Case {reference}")
    office.page.get_by_text("How the clock is counted").click()
    assert f"Day 0 of 15, due {short(add_working_days(today(), 15))}, 15 working days left" in office.text
    assert f"day 0 {short(today())}" in office.text
    assert ACCOUNT in office.text
    office.page.get_by_text("Clocks that wait for a date:").click()
    assert "Rapid review report sent to the Panel" in office.text
    assert "waits for: notification date" in office.text

    office.follow("Note a date that has become known")
    office.sees(f"Note a date, {reference}")
    office.press("Note this date")
    office.sees(f"Error: Note a date, {reference}", 422)
    assert_summary_leads_to(office, "trigger", "day")
    office.page.get_by_label("What has happened?").select_option("notification date")
    office.fill({"day": short(today())})
    office.press("Note this date")
    office.sees(f"Case {reference}")
    assert ["Rapid review report sent to the Panel", short(add_working_days(today(), 15))] in [
        r[:2] for r in office.rows
    ]


def look_back(office, reference):
    """What happened, and the case on paper; then back to where the office was."""
    case = office.page.url
    office.again()
    office.follow("See what happened")
    office.sees(f"What happened, {reference}")
    told = [row[1:] for row in office.rows]
    assert ["Referral received", "GP practices"] in told
    assert ["Decision ratified: Rapid review", "Jamie Trial"] in told

    office.follow(f"Case {reference}")
    office.follow("Print the case")
    office.sees(f"Case {reference} on paper")
    assert ACCOUNT in office.text
    office.page.goto(case)


def today():
    return date.today()  # noqa: DTZ011 -- the world under test runs on the clock of this machine


def ask(office, reference):
    office.follow("Ask agencies")
    office.sees(f"Ask agencies, {reference}")
    assert office.ticked == ["police", "gp", "both"]

    office.page.get_by_label("Wiltshire Police").uncheck()
    office.page.get_by_label("GP practices").uncheck()
    office.fill({"questions": ""})
    office.press("Send requests")
    office.sees(f"Error: Ask agencies, {reference}", 422)
    assert_summary_leads_to(office, "agencies", "questions")

    office.choose("Wiltshire Police", "GP practices")
    office.fill({"questions": "What was your part?"})
    office.press("Send requests")
    office.sees(f"Case {reference}")
    due = short(add_working_days(today(), 7))
    waiting = [row for row in office.rows if row[-1] == "Waiting"]
    assert waiting == [["GP practices", due, "Waiting"], ["Wiltshire Police", due, "Waiting"]]


def lead(office, reference):
    """Whoever asked leads the case, and says who stands in for them."""
    case = office.page.url
    office.open("/cases/caseload")
    office.sees("Your caseload")
    assert [reference] in [row[:1] for row in office.rows]
    office.press("Name who stands in")
    office.sees("Error: Your caseload", 422)
    assert len(office.problems) == 4
    days = {"stand_in-first": "1 December 2099", "stand_in-last": "4 December 2099"}
    office.fill({"stand_in-why": "Leave"} | days)
    office.page.locator("#stand_in-person").select_option(index=1)
    office.press("Name who stands in")
    office.sees("Your caseload")
    assert "Tue 1 Dec 2099 to Fri 4 Dec 2099" in office.text
    office.page.goto(case)


def open_request(visitor, name, reference):
    visitor.sign_in(name)
    visitor.until(lambda: [reference] in [row[:1] for row in visitor.rows])
    visitor.follow(reference)


def answer(visitor, reference):
    open_request(visitor, "lead-police", reference)
    visitor.sees(f"Request {reference}")
    upload(visitor, reference)
    visitor.fill({"summary": SUMMARY, "rows-0-date": "22 may 2016?", "rows-2-event": "An invented event"})
    visitor.press("Send return")
    visitor.sees(f"Error: Request {reference}", 422)
    assert [each[:24] for each in visitor.problems] == [
        "Enter your name and role",
        "Say what their life was ",
        "Say what was done at onc",
        "Row 1: If you are not su",
        "Row 1: Say where this wa",
        "Row 1: Say what happened",
        "Row 3: Write the date as",
        "Row 3: Say where this wa",
        "Say whether the author i",
        "Say who has secured your",
    ]
    row = ("rows-0-date", "rows-0-source", "rows-0-event")
    told, signed = ("voice_of_child_or_adult", "immediate_safety_actions"), ("author_independent", "records_secured")
    assert_summary_leads_to(visitor, "author", *told, *row, "rows-2-date", "rows-2-source", *signed)
    assert visitor.typed("summary", "rows-0-date", "rows-2-event") == [SUMMARY, "22 may 2016?", "An invented event"]

    visitor.press("Add another row")
    assert visitor.page.url.endswith("#rows-3-date")
    visitor.fill(FIRST | VAGUE | ANSWERED | {"author": "Invented Lead", "rows-2-event": ""})
    visitor.page.get_by_text("Say more about this").first.click()
    visitor.page.locator("#rows-0-seen").select_option("yes")
    visitor.look(visitor.page, "more about a row")
    visitor.press("Send return")
    visitor.sees("Answer received")


def upload(visitor, reference):
    """A file with two faults, then the same without; what was read is looked at, and forgotten."""
    visitor.follow("Upload it as a CSV file")
    visitor.sees(f"Chronology for {reference}")
    for when, event in (("31/02/2016", ""), ("22.05.2016", "An invented call")):
        file = f"Date;Source;What happened\n{when};Custody log;{event}\n"
        named = {"name": "chronology.csv", "mimeType": "text/csv", "buffer": file.encode("cp1252")}
        visitor.page.locator("#file").set_input_files(named)
        visitor.press("Read the file")
        if event:
            visitor.sees(f"Chronology for {reference}")
        else:
            visitor.sees(f"Error: Chronology for {reference}", 422)
            assert [row[:2] for row in visitor.rows] == [["2", "Event"], ["2", "Date"]]
    assert "1 row was read. Nothing has been sent yet." in visitor.text
    assert visitor.rows[0][:2] == ["1", "22 May 2016"]
    visitor.press("Forget these rows")
    visitor.sees(f"Request {reference}")


def hold_nothing(visitor, reference):
    open_request(visitor, "lead-gp", reference)
    visitor.page.get_by_text("Your agency holds nothing about this person").click()
    visitor.press("We hold nothing")
    visitor.sees(f"Error: Request {reference}", 422)
    assert_summary_leads_to(visitor, "nil-author")

    visitor.page.locator("#nil-author").fill("Invented Lead")
    visitor.press("We hold nothing")
    visitor.sees("Answer received")
    visitor.follow("Requests to your agency")
    visitor.sees("Requests to your agency")
    visitor.follow(reference)
    visitor.sees(f"Request {reference}")
    assert "Your agency has answered." in visitor.text


def read_the_answers(office, reference):
    office.until(lambda: "2 of 2 have answered, 2 rows" in office.text)
    office.sees(f"Case {reference}")
    assert [row[::2] for row in office.rows if " nothing of " in row[-1] or row[-1].startswith("Return")] == [
        ["GP practices", "Holds nothing of GP practices"],
        ["Wiltshire Police", "Return of Wiltshire Police"],
    ]
    office.follow("Return of Wiltshire Police")
    office.sees(f"Return from Wiltshire Police, {reference}")
    assert SUMMARY in office.text

    office.follow("Read the chronology of all agencies")
    office.sees(f"Chronology of {reference}")
    assert [row[:4] for row in office.rows] == [
        ["about May 2016", "Wiltshire Police", "Letter, worker 2", "Not said"],
        ["22 May 2016", "Wiltshire Police", "Custody log, worker 1", "Not said"],
    ]
    assert [office.rows[0][4], office.rows[1][4].split("\n")[0]] == ["An invented visit", TOLD]
    assert "Seen: Yes" in office.text
    settle(office, reference)
    office.page.get_by_text("Show some rows only").click()
    office.page.get_by_label("Agency", exact=True).select_option("GP practices")
    office.press("Show these")
    office.sees(f"Chronology of {reference}")
    assert "No row is of this agency and period." in office.text
    office.follow(f"Case {reference}")
    office.follow("Wiltshire Police")
    office.sees(f"Request to Wiltshire Police, {reference}")
    office.page.get_by_text("Give the answer back").first.click()
    office.press("Give the answer back")
    office.sees(f"Error: Request to Wiltshire Police, {reference}", 422)
    assert_summary_leads_to(office, "query-query")
    office.follow(f"Case {reference}")


def settle(office, reference):
    """What does not agree is looked at, and explained; then back to the chronology."""
    office.until(lambda: "1 thing does not agree." in office.text)
    office.follow("Look at what does not agree")
    office.sees(f"What does not agree, {reference}")
    office.follow("Not what the referral says: Born 1 June 2016")
    office.sees(f"What does not agree, {reference}")
    office.press("Save")
    office.sees(f"Error: What does not agree, {reference}", 422)
    assert_summary_leads_to(office, "state")
    office.choose("It is explained")
    office.press("Save")
    office.sees(f"Error: What does not agree, {reference}", 422)
    assert list(office.problems) == ["Say how it is explained"]
    office.fill({"note": "It is that of the sibling."})
    office.press("Save")
    office.sees(f"What does not agree, {reference}")
    assert [row[-1] for row in office.rows] == ["Explained"]
    office.follow(f"Chronology of {reference}")
    office.sees(f"Chronology of {reference}")


def meet(office, reference):
    last = add_working_days(today(), 15)
    day, after = add_working_days(today(), 12), add_working_days(last, 1)
    office.follow("Call the meeting")
    office.sees(f"Call the meeting, {reference}")
    if office.page.get_by_label("An extraordinary meeting").count():
        office.choose("An extraordinary meeting, on another day")
    office.press("Send invitations")
    office.sees(f"Error: Call the meeting, {reference}", 422)
    assert_summary_leads_to(office, "day", "starts", "ends", "place")

    office.fill({"day": long(after), "starts": "10:00", "ends": "12:00", "place": "Invented Room"})
    office.press("Send invitations")
    office.sees(f"Error: Call the meeting, {reference}", 422)
    assert office.problems == [f"The meeting must be inside the clock: on {short(last)} at the latest"]
    assert office.typed("day", "starts", "ends", "place") == [long(after), "10:00", "12:00", "Invented Room"]

    office.fill({"day": f"{day:%d/%m/%Y}", "starts": "10am", "ends": "12.00"})
    office.press("Send invitations")
    office.sees(f"Case {reference}")
    assert f"{long(day)}, 10:00 to 12:00, Invented Room." in office.text


def change_the_meeting(office, reference):
    day = add_working_days(today(), 12)
    office.follow("Move the meeting")
    office.sees(f"Move the meeting, {reference}")
    assert office.typed("day", "starts", "ends", "place") == [long(day), "10:00", "12:00", "Invented Room"]
    office.fill({"starts": "14:00", "ends": "16:00"})
    office.press("Move the meeting")
    office.sees(f"Case {reference}")
    assert f"{long(day)}, 14:00 to 16:00, Invented Room. It was moved." in office.text

    office.follow("Cancel the meeting")
    office.sees(f"Cancel the meeting, {reference}")
    office.press("Cancel the meeting")
    office.sees(f"Case {reference}")
    assert f"Cancelled: {long(day)}, 14:00 to 16:00" in office.text


def write_down_that_it_met(office, reference):
    office.follow("Write down that the group has met")
    office.sees(f"Write down that the group has met, {reference}")
    office.press("Save")
    office.sees(f"Error: Write down that the group has met, {reference}", 422)
    assert_summary_leads_to(office, "attended")

    there = (
        "Jamie Trial, Wiltshire Police",
        "Casey Trial, Children's social care",
        "Rowan Trial, Integrated care board",
    )
    for each in there:
        office.page.get_by_role("group", name="Who was there?").get_by_label(each).check()
    office.fill({"held_on": long(today())})
    office.press("Save")
    office.sees(f"Case {reference}")
    assert f"The group met on {long(today())}." in office.text


def propose(office, reference):
    title = f"Decision: Rapid review, {reference}"
    office.follow("Propose a decision")
    office.sees(f"Propose a decision, {reference}")
    office.follow("Rapid review")
    office.sees(title)
    office.fill({"reasons": "Too short."})
    office.press("Propose decision")
    office.sees(f"Error: {title}", 422)
    asked = ("abuse_or_neglect", "in_area_or_resident", "died", "seriously_harmed")
    assert_summary_leads_to(office, *(f"answer_{each}" for each in asked), "outcome", "reasons", "equality")
    assert office.typed("reasons") == ["Too short."]
    assert office.typed("to_referrer")[0].startswith("The group cannot say yet whether the criteria")

    for each in asked:
        office.page.locator(f"[name=answer_{each}][value={'no' if each == 'died' else 'yes'}]").check()
    office.choose("Criteria not met", "No further review: the learning is captured")
    office.fill({"reasons": REASONS, "equality": "Invented: none had a bearing.", "to_agency": TO_AGENCY})
    office.press("Propose decision")
    office.sees(f"Error: {title}", 422)
    assert office.typed("to_referrer")[0].startswith("The group considered the case and found that the criteria")
    assert office.typed("to_agency") == [TO_AGENCY]
    assert office.problems[0].endswith("choose “Criteria met”, or change an answer")

    office.choose("Criteria met", "Neglect")
    office.press("Propose decision")
    office.sees(f"Case {reference}")
    assert "found that the criteria for this are met: Rapid review." in office.text
    assert "You proposed this decision: a second person must ratify it." in office.text
    assert office.page.get_by_role("button", name="Ratify this decision").count() == 0


def ratify(partner, case, reference):
    partner.sign_in("partner-police")
    partner.page.goto(case)
    partner.sees(f"Case {reference}")
    partner.follow("Send it back of Rapid review")
    partner.sees(f"Send a decision back, {reference}")
    partner.page.go_back()
    partner.press("Ratify this decision")
    partner.sees(f"Case {reference}")
    assert f"{long(today())}, by Jamie Trial" in partner.text


def read_what_was_decided(visitor, reference):
    """The lead of the agency that referred and was asked reads the words for each, on two pages."""
    open_request(visitor, "lead-gp", reference)
    visitor.until(lambda: "A decision has been made." in visitor.text)
    visitor.follow("Read what was decided")
    visitor.sees(f"What was decided, {reference}")
    assert "Rapid review: criteria met" in visitor.text
    assert TO_AGENCY in visitor.text
    assert "The group considered" not in visitor.text
    visitor.open(f"/referrals/{reference}/outcome")
    visitor.sees(f"What was decided, {reference}")
    assert "The group considered the case and found that the criteria for this are met" in visitor.text
    assert TO_AGENCY not in visitor.text


def read_letters(office):
    office.until(lambda: "See the letters of this case" in office.text)
    office.follow("See the letters of this case")
    office.until(lambda: sum(row[0].startswith("Decision") for row in office.rows) == 3)
    office.sees("Letters of one case")
    invitation = next(row[0] for row in office.rows if row[0].startswith("Meeting of the practice review group,"))
    office.follow(invitation)
    office.sees(invitation)
    assert "You are invited to a meeting of the practice review group." in office.text
    assert REFERRAL["subjects-0-name"] not in office.text
    office.page.go_back()
    office.page.go_back()


def publish(office, reference, title):
    office.until(lambda: office.page.get_by_role("link", name="Publish what was learnt").count())
    office.follow("Publish what was learnt")
    eventually(lambda: office.status == 200 or not office.again(), every=SECONDS_BETWEEN_LOOKS)
    office.sees(f"Publish what was learnt, {reference}")
    office.press("Offer for release")
    office.sees(f"Error: Publish what was learnt, {reference}", 422)
    assert_summary_leads_to(office, "label", "title", "summary", "learning", "themes")

    office.fill({"label": f"Child {reference[-4:]}", "title": title, "learning": f"{LEARNT} It began on 3 May 2016."})
    office.press("Save draft")
    office.sees(f"Publish what was learnt, {reference}")
    office.fill({"summary": "An invented case of an invented child."})
    office.choose("Voice of the child", "Information sharing")
    office.press("Offer for release")
    office.sees(f"Error: Publish what was learnt, {reference}", 422)
    assert office.problems == ["Give months and years only: an exact date can lead back to a person"]
    assert office.typed("title") == [title]
    assert office.ticked == ["information-sharing", "voice-of-child"]

    office.fill({"learning": LEARNT})
    office.press("Offer for release")
    office.sees(f"Release what was learnt, {reference}")
    assert "a second person must release it" in office.text
    assert office.page.get_by_role("button", name="Release").count() == 0


def release(chair, office, title):
    chair.sign_in("chair")
    chair.open("/publications")
    chair.sees("Publications")
    chair.follow(title)
    chair.press("Release")
    chair.sees(title)
    office.again()
    assert "Everybody can read it" in office.text


def read_as_everybody(visitor, title, reference):
    visitor.open("/learning")
    visitor.sees("What was learnt")
    visitor.fill({"text": f"hearing {title.rpartition(' ')[2]}"})
    visitor.page.get_by_label("Theme", exact=True).select_option("Voice of the child")
    visitor.press("Search")
    visitor.sees("What was learnt")
    assert (
        visitor.page.url.rpartition("/")[2] == f"learning?text=hearing+{title.rpartition(' ')[2]}&theme=voice-of-child"
    )
    visitor.follow(title)
    visitor.sees(title)
    assert LEARNT in visitor.text
    assert reference not in visitor.page.content()
