"""The sample view and the difference of two runs, in a real browser; what logs hold is shown and never run."""

from __future__ import annotations

from pathlib import Path

from chromium import complaints
from conftest import HOSTILE
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.records.scored import scored_samples
from glassbox.leaderboards.report.samples import run_key


def the(page: Path, task: str, solver: str) -> RunRecord:
    (record,) = [one for one in load_logs(page.parent / "logs") if (one.task, one.solver) == (task, solver)]
    return record


def view(browser: Chrome, page: Path, run: RunRecord, beside: RunRecord | None = None, more: str = "") -> None:
    browser.get("about:blank")
    second = f"&beside={run_key(beside.path.name)}" if beside else ""
    browser.get(f"{page.as_uri()}#run={run_key(run.path.name)}{second}{more}")


def texts(browser: Chrome, answer: int = 0) -> dict[str, str]:
    found = browser.find_elements(By.CSS_SELECTOR, "#sample .answer")[answer].find_elements(By.CLASS_NAME, "text")
    return {
        one.find_element(By.TAG_NAME, "h4").text: str(one.find_element(By.TAG_NAME, "pre").get_property("textContent"))
        for one in found
    }


def tally(browser: Chrome) -> dict[str, int]:
    words = [one.text.rpartition(" ") for one in browser.find_elements(By.CSS_SELECTOR, "#tally button")]
    return {name: int(count.replace(",", "")) for name, _, count in words}


def test_the_link_of_a_run_opens_its_samples_with_question_program_value_and_verdict(
    browser: Chrome, page: Path
) -> None:
    run = the(page, "ir_arith", "regex_only")
    browser.find_element(By.CSS_SELECTOR, f"a[href='#run={run_key(run.path.name)}']").click()
    assert browser.current_url.endswith(f"#run={run_key(run.path.name)}")
    first = next(iter(scored_samples(run, "semantic").values()))
    question, expected = browser.find_elements(By.CSS_SELECTOR, "#sample > .text pre")
    assert (question.text, expected.text) == (first.input, first.target)
    assert set(texts(browser)) == {"program read", "value"}
    assert texts(browser)["value"] == first.target
    assert browser.find_element(By.CSS_SELECTOR, "#sample .verdict").text == "\u2713pass"
    assert abs(browser.execute_script("return document.getElementById('samples').getBoundingClientRect().top")) < 120


def test_two_runs_are_counted_question_by_question_as_their_logs_say(browser: Chrome, page: Path) -> None:
    first, second = the(page, "ir_arith", "gold"), the(page, "ir_arith", "regex_only")
    view(browser, page, first, second)
    right = [{key for key, one in scored_samples(run, "semantic").items() if one.value == 1} for run in (first, second)]
    missed = len(right[0] - right[1])
    assert 0 < missed < 60
    assert tally(browser) == {
        "answered differently": missed,
        "only gold right": missed,
        "only regex_only right": 0,
        "both right": 60 - missed,
        "neither right": 0,
        "all": 60,
    }
    assert len(browser.find_elements(By.CSS_SELECTOR, "#listed li")) == missed
    verdicts = [one.text for one in browser.find_elements(By.CSS_SELECTOR, "#sample .verdict")]
    assert verdicts[0] == "\u2713pass"
    assert verdicts[1].startswith("\u2717")


def test_a_question_that_was_chosen_stands_in_the_address_and_is_found_again(browser: Chrome, page: Path) -> None:
    view(browser, page, the(page, "ir_arith", "null"))
    third = browser.find_elements(By.CSS_SELECTOR, "#listed button")[2]
    asked = third.text.lstrip("\u2717").strip()
    third.click()
    kept = browser.current_url
    assert "&sample=" in kept
    browser.get("about:blank")
    browser.get(kept)
    assert browser.find_element(By.CSS_SELECTOR, "#sample pre").text == asked


def test_choosing_runs_and_kinds_by_hand_narrows_the_list(browser: Chrome, page: Path) -> None:
    gold, null = the(page, "ir_arith", "gold"), the(page, "ir_arith", "null")
    Select(browser.find_element(By.ID, "run")).select_by_value(run_key(gold.path.name))
    Select(browser.find_element(By.ID, "beside")).select_by_value(run_key(null.path.name))
    assert len(browser.find_elements(By.CSS_SELECTOR, "#listed li")) == 60
    browser.find_element(By.XPATH, "//div[@id='tally']/button[starts-with(., 'both right')]").click()
    assert browser.find_elements(By.CSS_SELECTOR, "#listed li") == []
    assert browser.find_element(By.ID, "sample").text == "No such question."
    assert browser.current_url.endswith("&kind=both")


def test_code_stands_with_its_program_and_soft_prompts_with_what_was_decoded(browser: Chrome, page: Path) -> None:
    view(browser, page, the(page, "phase3", "gold"))
    assert set(texts(browser)) == {"completion", "program read"}
    assert texts(browser)["completion"].startswith("```python\ndef ")
    assert texts(browser)["program read"].startswith("def ")
    view(browser, page, the(page, "dcm_squad", "null"))
    found = texts(browser)
    assert found["answer decoded"] == "(nothing)"
    assert found["answer wanted"] == browser.find_elements(By.CSS_SELECTOR, "#sample > .text pre")[1].text


def test_inspects_viewer_is_one_link_away(browser: Chrome, page: Path) -> None:
    run = the(page, "dcm_squad", "gold")
    view(browser, page, run)
    link = browser.find_element(By.LINK_TEXT, "inspect view").get_attribute("href")
    wanted = f"http://127.0.0.1:7575/#/logs/{run.path.name}/samples/sample/{run.sample_ids[0]}/1/"
    assert link == wanted


def test_what_a_model_wrote_is_shown_letter_by_letter_and_runs_nothing(browser: Chrome, page: Path) -> None:
    for solver in ("gold", "regex_only", "null"):
        view(browser, page, the(page, "ir_loop", solver))
        browser.find_element(By.XPATH, "//ol[@id='listed']//button[contains(., '/script>')]").click()
        assert texts(browser)["completion"] == HOSTILE
        assert str(browser.find_element(By.CSS_SELECTOR, "#sample pre").get_property("textContent")).endswith(HOSTILE)
    assert browser.execute_script("return window.struck") is None
    assert browser.find_elements(By.CSS_SELECTOR, "#samples img, #samples script, #samples b b, img[src='x']") == []
    assert complaints(browser) == []


def test_a_script_that_got_into_the_page_all_the_same_is_refused(browser: Chrome) -> None:
    browser.execute_script(
        "const one = document.createElement('script'); one.textContent = 'window.struck = 1';"
        "document.body.append(one);"
        "document.body.insertAdjacentHTML('beforeend', '<p id=bait onclick=\"window.struck = 2\">x</p>');"
        "document.getElementById('bait').click();"
    )
    assert browser.execute_script("return window.struck") is None
    assert len([one for one in complaints(browser) if "Content Security Policy" in one]) >= 2
