"""The report as a reader has it: in a real browser, on a screen and on a phone, in light and in dark, offline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium, complaints, missing, prefer, requested, resize
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from glassbox.harness.cli.main import main
from glassbox.harness.engine.run import run
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.ir_arith import ir_arith, ir_loop

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    for task in (ir_arith, ir_loop):
        for solve in (gold(), null(), regex_only()):
            run(task(), solve, model="none/none", task_args={}, solver_args={}, log_dir=folder / "logs", limit=60)
    assert main(["report", "--log-dir", str(folder / "logs"), "--output", str(folder / "report.html")]) == 0
    return folder / "report.html"


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(chrome: Chrome, page: Path) -> Chrome:
    resize(chrome, 1280, 900)
    prefer(chrome, "light")
    complaints(chrome), requested(chrome)
    chrome.get(page.as_uri())
    return chrome


def board(browser: Chrome, title: str) -> WebElement:
    return browser.find_element(By.XPATH, f"//div[@class='board'][h3[starts-with(., '{title}')]]")


def solvers(table: WebElement) -> list[str]:
    return [row.text for row in table.find_elements(By.CSS_SELECTOR, "tbody tr:not([hidden]) th") if row.text]


def head(table: WebElement, name: str) -> WebElement:
    (found,) = [one for one in table.find_elements(By.CSS_SELECTOR, "thead th") if one.text.strip() == name]
    return found


def test_nothing_is_asked_of_the_network_and_the_console_is_silent(browser: Chrome, page: Path) -> None:
    for button in browser.find_elements(By.CSS_SELECTOR, "thead button")[:5]:
        button.click()
    assert requested(browser) == [page.as_uri()]
    assert complaints(browser) == []


def test_a_figure_sorts_up_then_down_then_as_the_board_had_it(browser: Chrome) -> None:
    table = board(browser, "ir_arith")
    column = head(table, "semantic")
    before = solvers(table)
    assert set(before) == {"gold", "regex_only", "null"}
    assert column.get_attribute("aria-sort") == "none"
    column.find_element(By.TAG_NAME, "button").click()
    assert (column.get_attribute("aria-sort"), solvers(table)) == ("ascending", ["null", "regex_only", "gold"])
    column.find_element(By.TAG_NAME, "button").click()
    assert (column.get_attribute("aria-sort"), solvers(table)) == ("descending", ["gold", "regex_only", "null"])
    column.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert (column.get_attribute("aria-sort"), solvers(table)) == ("none", before)


def test_the_other_table_is_not_sorted_with_it(browser: Chrome) -> None:
    other = solvers(board(browser, "ir_loop"))
    head(board(browser, "ir_arith"), "semantic").find_element(By.TAG_NAME, "button").click()
    assert solvers(board(browser, "ir_loop")) == other


def test_words_and_facts_hide_the_rows_that_lack_them(browser: Chrome) -> None:
    words = browser.find_element(By.ID, "words")
    words.send_keys("regex_only")
    assert solvers(board(browser, "ir_arith")) == ["regex_only"]
    Select(browser.find_element(By.CSS_SELECTOR, "select[data-fact=task]")).select_by_visible_text("ir_loop")
    assert not board(browser, "ir_arith").is_displayed()
    assert solvers(board(browser, "ir_loop")) == ["regex_only"]
    assert " of " in browser.find_element(By.ID, "count").text
    browser.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert len(solvers(board(browser, "ir_arith"))) == 3


def test_every_link_to_a_log_leads_to_a_file(browser: Chrome, page: Path) -> None:
    links = browser.find_elements(By.CSS_SELECTOR, "#boards td a")
    files = {str(link.get_attribute("href")) for link in links}
    logs = {log.as_uri() for log in (page.parent / "logs").iterdir()}
    assert files == logs


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_tables_scroll_inside_the_page_and_the_page_does_not(browser: Chrome, width: int) -> None:
    resize(browser, width, 844, scale=2.0)
    script = "return [document.documentElement.scrollWidth, innerWidth]"
    wide, there = browser.execute_script(script)
    assert wide <= there
    box = board(browser, "ir_arith").find_element(By.CLASS_NAME, "scroll")
    inside = "return arguments[0].scrollWidth > arguments[0].clientWidth"
    assert browser.execute_script(inside, box)


def test_dark_follows_the_reader_and_the_button_turns_it(browser: Chrome) -> None:
    def shade() -> str:
        return browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")

    light = shade()
    prefer(browser, "dark")
    dark = shade()
    assert dark != light
    browser.find_element(By.ID, "theme").click()
    assert shade() == light
