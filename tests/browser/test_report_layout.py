"""How the report is set: nothing overflows, no holes, lines meet, names whole, the long ledger folded."""

from __future__ import annotations

import io

import pytest
from chromium import resize
from PIL import Image
from selenium.webdriver import Chrome

OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_never_overflows_with_everything_opened(browser: Chrome, width: int) -> None:
    resize(browser, width, 844)
    browser.execute_script(OPEN_ALL)
    wide, there = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert wide <= there == width


@pytest.mark.parametrize("width", [390, 1280])
def test_no_column_of_a_table_of_sentences_is_cut(browser: Chrome, width: int) -> None:
    resize(browser, width, 844)
    browser.execute_script(OPEN_ALL)
    cut = """return [...document.querySelectorAll('.scroll')].filter((box) => box.querySelector('.wordy'))
        .map((box) => [box.scrollWidth, box.clientWidth])"""
    found = browser.execute_script(cut)
    assert len(found) == 10, "the ledgers of five seeds, and how their claims are tested"
    assert [pair for pair in found if pair[0] > pair[1]] == []


def test_on_a_phone_the_headline_figure_stands_beside_the_name_without_scrolling(browser: Chrome) -> None:
    resize(browser, 390, 844)
    figures = """return [...document.querySelectorAll('#runs div.board tbody tr')]
        .map((row) => [row.cells[0].textContent.trim(), row.cells[1].textContent.trim(),
                       row.cells[1].getBoundingClientRect().right])"""
    found = browser.execute_script(figures)
    assert ["gold", "100.0 [94.0, 100.0]"] in [row[:2] for row in found]
    assert len(found) == 10
    assert max(right for _, _, right in found) <= 390


@pytest.mark.parametrize("width", [320, 390])
def test_no_name_is_broken_in_the_middle(browser: Chrome, width: int) -> None:
    resize(browser, width, 844)
    broken = """const found = [];
    for (const head of document.querySelectorAll('div.board tbody th')) {
      const text = head.firstChild;
      for (const word of text.textContent.matchAll(/\\S+/g)) {
        const range = document.createRange();
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (range.getClientRects().length !== 1) found.push(word[0]);
      }
    }
    return found"""
    assert browser.execute_script(broken) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_rows_of_controls_in_soft_prompt_boards_are_as_low_as_any(browser: Chrome, width: int) -> None:
    resize(browser, width, 844)
    heights = """return [...document.querySelectorAll('#runs tr[data-task=dcm_squad]')].slice(0, 2)
        .map((row) => row.getBoundingClientRect().height)"""
    found = browser.execute_script(heights)
    assert len(found) == 2
    assert max(found) < 50, "two lines of text at most, the bar below the figure on a phone among them"


@pytest.mark.parametrize("width", [390, 1280])
def test_lines_between_rows_meet_across_the_column_that_stays(browser: Chrome, width: int) -> None:
    resize(browser, width, 844)
    table = browser.find_element("xpath", "//section[@id='runs']//div[h3[starts-with(., 'ir_arith')]]//table")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", table)
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    box, seam = browser.execute_script(
        "const box = arguments[0].getBoundingClientRect();"
        "return [[box.top, box.bottom], arguments[0].rows[1].cells[0].getBoundingClientRect().right]",
        table,
    )

    def lines(x: float) -> list[int]:
        page = picture.getpixel((1, int(box[0])))
        return [y for y in range(int(box[0]), int(box[1]) + 1) if picture.getpixel((int(x), y)) != page]

    assert len(lines(seam - 4)) == 4, "above each of three rows, and below the last"
    assert lines(seam - 4) == lines(seam + 3)


def test_runs_come_first_and_the_ledger_is_folded(browser: Chrome) -> None:
    titles = [one.text for one in browser.find_elements("css selector", "h2")]
    assert titles[:2] == ["Runs", "Samples"]
    folded, tall = browser.execute_script(
        "return [document.querySelectorAll('#claims tbody tr').length, document.documentElement.scrollHeight]"
    )
    assert folded > 250
    assert tall < 7000
    assert "131 claims" in browser.find_element("css selector", "#claims .about").text


def test_no_backtick_is_left_in_the_projects_own_words(browser: Chrome) -> None:
    with_ticks = """return [...document.querySelectorAll('h1, h2, h3, p, li, th, td, dd, figcaption')]
        .filter((one) => one.textContent.includes('`') && !one.closest('#samples')).map((one) => one.textContent)"""
    assert browser.execute_script(with_ticks) == []


def test_a_figure_is_drawn_and_says_what_it_shows(browser: Chrome) -> None:
    drawn = "return [...document.images].map((one) => [one.naturalWidth, one.alt])"
    found = browser.execute_script(drawn)
    assert found
    assert min(width for width, _ in found) > 300
    assert any("gold: 100.0 [94.0, 100.0] %" in about for _, about in found)


def test_every_anchor_is_the_only_one_of_its_name(browser: Chrome) -> None:
    names = browser.execute_script("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(names) > 30
    assert sorted({name for name in names if names.count(name) > 1}) == []
