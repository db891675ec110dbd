"""What is kept is changed and deleted on pages: forms, a confirmation, and the audit."""

from collections.abc import Iterator

import pytest

from tests.places import Place, place_at
from tests.reading import reading
from tests.service.test_tidying import DATASETS, TASKS, add

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("pages")) as found, reading(found.variables):
        add(found, "own")
        yield found


def post(place: Place, path: str, **fields: str) -> tuple[int, str, str]:
    """Status, text and where it leads of a page's form."""
    headers = {"accept": "text/html", "origin": str(place.http.base_url).rstrip("/")}
    reply = place.http.post(path, data=fields, headers=headers)
    return reply.status_code, reply.text, reply.headers.get("location", "")


def page(place: Place, path: str) -> str:
    return place.http.get(path, headers={"accept": "text/html"}).text


def test_a_dataset_is_changed_on_its_page(place: Place) -> None:
    text = page(place, "/datasets/own")
    for address in ("edit", "erase", "delete"):
        assert f'action="/datasets/own/{address}"' in text
    fields = {"data_name": "own two", "description": "<b>note</b>", "tags": "sMRI, site A"}
    assert post(place, "/datasets/own/edit", **fields)[::2] == (303, "/datasets/own%20two")
    text = page(place, "/datasets/own%20two")
    assert "&lt;b&gt;note&lt;/b&gt;" in text
    assert '<span class="tag">site A</span>' in text
    text = page(place, "/datasets?tag=site+A")
    assert "Only datasets with the tag" in text
    assert 'href="/datasets/own%20two"' in text
    assert "tag=site+A" in text
    assert "No matching datasets." in page(place, "/datasets?tag=none")
    moved = place.http.get("/datasets/own", headers={"accept": "text/html"})
    assert (moved.status_code, moved.headers["location"]) == (303, "/datasets/own%20two")
    assert post(place, "/datasets/own%20two/edit", archived="true")[0] == 303
    assert "own two" not in page(place, "/datasets")
    assert "own two" in page(place, "/datasets?archived=true")
    assert post(place, "/datasets/own%20two/edit", archived="false", data_name="own")[0] == 303


def test_what_cannot_be_undone_is_confirmed(place: Place) -> None:
    add(place, "gone")
    task_id = place.submit(train_data=["gone"], task_name="last use")
    status, text, _ = post(place, "/datasets/gone/delete", confirm="false")
    assert (status, task_id in text) == (409, True)  # it has not ended
    place.http.post(f"{TASKS}/{task_id}/cancel")
    status, text, _ = post(place, "/datasets/gone/erase", subjects="gone-1\r\ngone-2\r\n")
    assert (status, "<code>gone-2</code>" in text) == (409, True)
    status, text, _ = post(
        place, "/datasets/gone/erase", subjects="gone-1\ngone-2", confirm="true", evidence="true"
    )
    assert (status, "Rows erased: 2, rows left: 10" in text) == (200, True)
    status, text, _ = post(place, "/datasets/gone/delete", confirm="false")
    assert status == 409
    assert f'href="/tasks/{task_id}"' in text
    assert place.http.get(f"{DATASETS}/gone").status_code == 200
    assert post(place, "/datasets/gone/delete", confirm="true")[::2] == (303, "/datasets")
    assert place.http.get(f"{DATASETS}/gone").status_code == 404
    status, text, _ = post(place, f"/tasks/{task_id}/delete", confirm="false")
    assert (status, "Delete the task last use?" in text) == (409, True)
    assert post(place, f"/tasks/{task_id}/delete", confirm="true")[::2] == (303, "/")
    assert place.http.get(f"{TASKS}/{task_id}").status_code == 404
    text = page(place, "/audit")
    assert "page:anonymous" in text
    assert text.index("last use") < text.index("Subjects erased")


def test_a_task_is_changed_on_its_page(place: Place) -> None:
    task_id = place.submit()
    place.http.post(f"{TASKS}/{task_id}/cancel")
    fields = {"task_name": "renamed", "description": "a note", "tags": "thesis"}
    assert post(place, f"/tasks/{task_id}/edit", **fields)[0] == 303
    text = page(place, f"/tasks/{task_id}")
    assert all(word in text for word in ("renamed", "a note", "thesis"))
    other = place.submit()
    text = page(place, "/?tag=thesis")
    assert 'href="/?tag=thesis"' in text
    assert (task_id in text, other in text) == (True, False)
    assert "No matching tasks." in page(place, "/?tag=none")
    assert post(place, f"/tasks/{task_id}/edit", archived="true")[0] == 303
    assert task_id not in page(place, "/")
    assert task_id in page(place, "/?archived=true")
