"""The map of both pools: told apart by shape, safe texts, and every point can be mapped back."""

import pytest

from driftium_core.figures.layout import figure_alt
from driftium_core.figures.pool_map import map_info, pool_map
from driftium_core.text.differences import Cluster, Projection

PROJECTION = Projection(
    baseline=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),
    current=((0.0, 2.0), (2.0, 2.0)),
    baseline_index=(3, 8, 9),
    current_index=(0, 7),
    explained=(0.2, 0.1),
)


def cluster(direction, *, baseline=(), current=(), terms=("store credit", "policy")):
    """A group with these members."""
    return Cluster(direction, len(baseline), len(current), 0.001, terms, 0, baseline, current)


def pools(figure):
    """Traces of both pools."""
    return [trace for trace in figure.data if trace.customdata is not None]


def test_points_map_back_to_pool_and_position():
    baseline, current = pools(pool_map(map_info(PROJECTION), "dark"))
    assert [list(each) for each in baseline.customdata] == [["baseline", 3], ["baseline", 8], ["baseline", 9]]
    assert [list(each) for each in current.customdata] == [["current", 0], ["current", 7]]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pools_differ_by_shape_and_not_by_colour_alone(theme):
    baseline, current = pools(pool_map(map_info(PROJECTION), theme))
    assert (baseline.marker.symbol, current.marker.symbol) == ("circle-open", "circle")
    assert (baseline.name, current.name) == ("Baseline (3)", "Current (2)")


def test_hover_starts_the_answer_as_text_in_short_lines():
    long = "<script>alert(1)</script> " + "word " * 100
    info = map_info(PROJECTION, current_texts={7: long, 0: " \n"})
    assert info.current.starts[0] == "(empty answer)"
    lines = info.current.starts[1].split("<br>")
    assert lines[0].startswith("&lt;script&gt;")
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert info.baseline.starts == ("(text not kept)",) * 3


def test_groups_are_named_at_the_mean_of_their_projected_members():
    info = map_info(
        PROJECTION,
        [cluster("gained", current=(0, 7)), cluster("lost", baseline=(8, 9, 400), terms=())],
    )
    new, gone = info.marks
    assert (new.x, new.y) == (1.0, 2.0)
    assert new.text.replace("\u2068", "").replace("\u2069", "") == "new: store credit"
    assert (gone.x, gone.y, gone.text) == (1.0, 0.5, "gone: 3 answers")
    labels = [label.text for label in pool_map(info, "dark").layout.annotations]
    assert labels == [new.text, gone.text]


def test_a_group_without_projected_members_has_no_place():
    assert map_info(PROJECTION, [cluster("gained", current=(5,))]).marks == ()


def test_a_crowd_of_groups_is_not_all_written_on_the_map():
    info = map_info(PROJECTION, [cluster("gained", current=(0,)) for _ in range(9)])
    assert len(info.marks) == 3


def test_a_label_at_the_lower_edge_stands_over_its_group():
    groups = [cluster("lost", baseline=(3,)), cluster("lost", baseline=(3, 8)), cluster("gained", current=(0, 7))]
    above = sorted(-label.ay for label in pool_map(map_info(PROJECTION, groups), "dark").layout.annotations)
    assert above == [46, 46, 76], "none is cut, and neighbours do not lie on each other"


def test_terms_on_the_map_are_text():
    info = map_info(PROJECTION, [cluster("gained", current=(0,), terms=("<b>&",))])
    assert "&lt;b&gt;&amp;" in pool_map(info, "dark").layout.annotations[0].text
    assert "<b>&" in figure_alt(pool_map(info, "dark"))


def test_dragging_is_off_until_asked_for():
    info = map_info(PROJECTION)
    assert pool_map(info, "dark").layout.dragmode is False
    assert pool_map(info, "dark", dragmode="lasso").layout.dragmode == "lasso"
    assert pool_map(info, "dark").layout.xaxis.fixedrange


def test_selected_answers_get_a_ring():
    figure = pool_map(map_info(PROJECTION), "dark", selected=[("current", 7), ("baseline", 7)])
    (ring,) = [trace for trace in figure.data if trace.customdata is None]
    assert list(zip(ring.x, ring.y, strict=True)) == [(2.0, 2.0)]


def test_all_on_one_place_still_has_an_axis():
    same = Projection(((0.0, 0.0),), ((0.0, 0.0),), (0,), (0,), (0.0, 0.0))
    low, high = pool_map(map_info(same), "dark").layout.xaxis.range
    assert low < 0 < high


def test_nothing_to_map_is_a_sentence():
    none = Projection((), (), (), (), (0.0, 0.0))
    assert figure_alt(pool_map(map_info(none), "dark")) == "No answer to map."
