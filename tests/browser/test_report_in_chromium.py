"""The report as a reader has it: in a real browser, on a screen and on a phone, in light and in dark, offline."""

from __future__ import annotations

from pathlib import Path

from chromium import complaints, prefer, requested
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select


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


def test_what_is_chosen_stands_in_the_address_and_another_reader_sees_the_same(browser: Chrome, page: Path) -> None:
    browser.find_element(By.ID, "words").send_keys("regex_only")
    Select(browser.find_element(By.CSS_SELECTOR, "select[data-fact=task]")).select_by_visible_text("ir_loop")
    assert browser.current_url == f"{page.as_uri()}#words=regex_only&task=ir_loop"
    browser.find_element(By.LINK_TEXT, "Claims").click()
    shared = f"{page.as_uri()}#words=regex_only&task=ir_loop&at=claims"
    assert browser.current_url == shared
    browser.get("about:blank")
    browser.get(shared)
    assert solvers(board(browser, "ir_loop")) == ["regex_only"]
    assert not board(browser, "ir_arith").is_displayed()
    at, scrolled = browser.execute_script(
        "return [document.getElementById('claims').getBoundingClientRect().top, scrollY]"
    )
    assert scrolled > 0
    assert 0 <= at < 900, "in view; the page ends below it"
    browser.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    assert browser.current_url == f"{page.as_uri()}#claims"
    assert solvers(board(browser, "ir_arith")) == ["gold", "regex_only", "null"]


def test_every_link_to_a_log_leads_to_a_file(browser: Chrome, page: Path) -> None:
    links = browser.find_elements(By.CSS_SELECTOR, "#runs td a:not([href^='#'])")
    files = {str(link.get_attribute("href")) for link in links}
    logs = {log.as_uri() for log in (page.parent / "logs").iterdir()}
    assert files == logs


def test_dark_follows_the_reader_and_the_button_turns_it(browser: Chrome) -> None:
    def shade() -> str:
        return browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")

    light = shade()
    prefer(browser, "dark")
    dark = shade()
    assert dark != light
    browser.find_element(By.ID, "theme").click()
    assert shade() == light
