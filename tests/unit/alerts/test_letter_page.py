"""Several letters in one, and a letter as a page: the same words, nothing that could be markup."""

from __future__ import annotations

from alerts.notices import footing, grouping, letter_page
from alerts.notices.grouping import Text

FILTER = Text(
    "Water filter: 5 days left",
    "Hello Li,\n\nthe filter ends.\n\nTell us: https://x.example/my/a\n",
)
CARBON = Text("Carbon: 6 days left", "Hello Li,\n\nthe carbon ends.\n")


def test_one_letter_alone_stays_as_it_is() -> None:
    assert grouping.join([FILTER], "en") is FILTER


def test_several_letters_greet_once_and_keep_every_subject() -> None:
    joined = grouping.join([FILTER, CARBON], "en")
    assert joined.subject == "Water filter: 5 days left (and 1 more)"
    assert joined.body.count("Hello Li,") == 1
    for said in (FILTER.subject, CARBON.subject, "the filter ends", "the carbon ends"):
        assert said in joined.body
    assert grouping.join([FILTER, CARBON], "zh-CN").subject.endswith("（另有1项提醒）")


def test_service_and_danger_stand_alone() -> None:
    assert grouping.may_share("reminders", safety=False)
    assert not grouping.may_share("service", safety=False)
    assert not grouping.may_share("service", safety=True)


def test_a_page_links_addresses_and_shows_markup_as_text() -> None:
    page = letter_page.render("Hello <b>Li</b>,\n\nsee https://x.example/my/a?b=1&c=2\nnow", "en")
    assert "Hello &lt;b&gt;Li&lt;/b&gt;," in page
    shown = "https://x.example/my/a?b=1&amp;c=2"
    assert f'<a href="{shown}">{shown}</a><br>now</p>' in page


def test_an_address_ends_where_chinese_punctuation_begins() -> None:
    page = letter_page.render("请看 https://x.example/my/a。谢谢", "zh")
    assert '<a href="https://x.example/my/a">https://x.example/my/a</a>。谢谢' in page


def test_subjects_within_a_letter_become_headings() -> None:
    page = letter_page.render(grouping.join([FILTER, CARBON], "en").body, "en")
    assert page.count("<h2") == 2


def test_a_letter_says_where_to_choose_and_mail_programs_learn_how_to_unsubscribe() -> None:
    assert "https://x/my/a" in footing.write("zh", "https://x/my/a")
    assert footing.headers("https://x/my/a") == {
        "List-Unsubscribe": "<https://x/my/a/unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert footing.write("en", "") == ""
    assert footing.headers("") == {}
