from __future__ import annotations

from simulator import page

TEXT = """
<form action="/console/find"><input name="q"></form>
<form method="post" action="/my/abc/book"><input type="hidden" name="form_token" value="t">
  <input type="radio" name="slot" value="1"><input type="radio" name="slot" value="2" checked>
</form>
<form method="POST" action="/my/abc/rate?x=1"><input type="hidden" name="form_token" value="t">
  <input type="radio" name="nps" value="0"><textarea name="comment"></textarea>
  <input type="checkbox" name="mail" value="yes" checked><input type="checkbox" name="sms">
  <select name="days"><option value="">no</option><option value="7">a week</option></select>
  <button>Send</button>
</form>
"""


def test_a_page_tells_what_its_forms_send_and_where() -> None:
    book, rate = page.forms(TEXT)
    assert (book.leads_to, book.fields) == ("book", {"form_token": "t"})
    assert book.choices == {"slot": ["1", "2"]}
    assert rate.leads_to == "rate"
    assert rate.fields == {"form_token": "t", "comment": "", "mail": "yes"}
    assert rate.choices == {"nps": ["0"], "days": ["7"]}


def test_a_page_without_forms_has_none() -> None:
    assert page.forms("<h1>gone") == []
