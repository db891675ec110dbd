"""A made-up cohort in the real format, with known effects: for the demo, tests and benchmarks.

``python -m graphnet.data.synthetic`` writes the example cohort as CSV to standard output.
"""

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphnet.data.atlas import tables

MEASURES = {"ALFF": (1.1, 0.35), "DC": (46.0, 14.0), "GMV": (0.4, 0.06), "ReHo": (0.45, 0.06)}


@dataclass(frozen=True)
class Recipe:
    """What goes into a synthetic cohort of R regions.

    Patients differ in ``affected`` regions by ``effect`` standard deviations, down in every
    measure. Regions of one network (``networks`` of them) vary together: ``network_of`` says of
    each region which is its, and by default its number does. A
    site shifts and stretches every measure by ``site_shift`` standard deviations. ``corrupt``
    cells of a site are missing or absurd, as in real files.
    """

    regions: int = 90
    affected: tuple[int, ...] = (3, 17, 29, 30, 41, 42, 55, 77, 78, 86)
    effect: float = 0.3
    networks: int = 7
    network_of: tuple[int, ...] = ()
    site_shift: float = 0.4
    corrupt: int = 6


def cohort_table(
    site: str,
    label: int,
    subjects: int,
    *,
    seed: int,
    first: int = 1,
    recipe: Recipe | None = None,
) -> pd.DataFrame:
    """One file as a site would send it: ``subjects`` of class ``label`` of ``site``.

    Their ids are numbered from ``first``.
    The same site is shifted alike in every file; the same arguments give the same table.
    """
    plan = recipe or Recipe()
    values = _subjects(plan, subjects, label, np.random.default_rng([seed, label, 1]))
    values = values * _stretch(site, plan) + _shift(site, plan)
    cells = _in_units(values)
    _corrupt(cells, plan.corrupt, np.random.default_rng([seed, label, 2]))
    columns = {
        f"{measure}_{region + 1}": cells[:, region, index]
        for index, measure in enumerate(MEASURES)
        for region in range(plan.regions)
    }
    frame = pd.DataFrame(dict(sorted(columns.items())))
    group = "SZ" if label else "NC"
    frame.insert(
        0, "ID", [f"{site}_{group}_{number:04d}" for number in range(first, first + subjects)]
    )
    frame.insert(1, "LABEL_GROUP", label)
    frame.insert(2, "LABEL_SCORE", np.nan)
    return frame


EXAMPLE_SEED = 7
# Subjects of each site by class: two hospitals of middle size, and fewer patients than controls.
EXAMPLE_SITES = {"North": (64, 56), "South": (48, 40)}
# Standard deviations, which is Cohen's d: as schizophrenia has in single regions of the brain.
EXAMPLE_EFFECT = 0.4
# The middle of each network in millimetres, of either hemisphere; patients differ in the first:
# insula, inferior frontal gyrus, temporal pole and what lies between.
EXAMPLE_NETWORKS = (
    (31, 7, -1),
    (18, -71, 18),
    (7, -13, 57),
    (17, 38, 31),
    (42, -38, 47),
    (42, -26, -8),
    (20, 44, -12),
)
EXAMPLE_AGE = (34.0, 9.0, 18, 60)  # mean, standard deviation, youngest, oldest; years
GREY_MATTER_PER_YEAR = -0.03  # standard deviations


def example_cohort() -> pd.DataFrame:
    """A cohort of 208 subjects to try the service with: always the same table.

    Four measures of AAL-90, two sites with scanner differences, age and sex. Neighbouring regions
    are a network and vary together; patients differ by EXAMPLE_EFFECT standard deviations in all
    regions of one. Both covariates are alike in patients and controls; grey matter declines with
    age.
    """
    halves, recipe = [], example_recipe()
    for site, sizes in EXAMPLE_SITES.items():
        for label, subjects in enumerate(sizes):
            random = np.random.default_rng([EXAMPLE_SEED, label, *site.encode()])
            seed = int(random.integers(2**31))
            table = cohort_table(site, label, subjects, seed=seed, recipe=recipe)
            mean, spread, youngest, oldest = EXAMPLE_AGE
            age = np.clip(np.round(random.normal(mean, spread, subjects)), youngest, oldest)
            grey = table.columns[table.columns.str.startswith("GMV_")]
            decline = GREY_MATTER_PER_YEAR * MEASURES["GMV"][1] * (age - mean)
            table[grey] = (table[grey] + decline[:, None]).round(9)
            table = table.drop(columns="LABEL_SCORE")
            table["LABEL_GROUP"] = "SZ" if label else "HC"
            table.insert(2, "SITE", site)
            table.insert(3, "AGE", age.astype(int))
            table.insert(4, "SEX", random.choice(["F", "M"], subjects))
            halves.append(table)
    return pd.concat(halves, ignore_index=True)


def example_recipe() -> Recipe:
    """What goes into the example cohort: networks of neighbours, one of which is affected."""
    places = np.array([region.place for region in tables()["aal90"].regions])
    places[:, 0] = np.abs(places[:, 0])  # a network has both sides
    distance = np.linalg.norm(places[:, None] - np.array(EXAMPLE_NETWORKS), axis=-1)
    network = distance.argmin(axis=1)
    return Recipe(
        affected=tuple(int(region) + 1 for region in np.flatnonzero(network == 0)),
        effect=EXAMPLE_EFFECT,
        networks=len(EXAMPLE_NETWORKS),
        network_of=tuple(network.tolist()),
    )


def _subjects(
    plan: Recipe, subjects: int, label: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Standardised measures (S, N, F): networks share half of their variance."""
    network = np.array(plan.network_of or np.arange(plan.regions) % plan.networks)
    shared = random.standard_normal((subjects, plan.networks, len(MEASURES)))[:, network]
    own = random.standard_normal((subjects, plan.regions, len(MEASURES)))
    values = np.sqrt(0.5) * shared + np.sqrt(0.5) * own
    if label:
        affected = [region - 1 for region in plan.affected if region <= plan.regions]
        values[:, affected] -= plan.effect
    return np.asarray(values)


def _shift(site: str, plan: Recipe) -> NDArray[np.float64]:
    return plan.site_shift * _site_random(site).standard_normal(len(MEASURES))


def _stretch(site: str, plan: Recipe) -> NDArray[np.float64]:
    stretch = 0.25 * plan.site_shift * _site_random(site).standard_normal(len(MEASURES))
    return np.asarray(np.exp(stretch))


def _site_random(site: str) -> np.random.Generator:
    return np.random.default_rng(list(site.encode()))


def _in_units(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Typical centre and spread of each measure, at 9 decimals as real files have them."""
    centre, spread = np.array(list(MEASURES.values())).T
    return np.asarray(np.round(centre + spread * values, 9))


def _corrupt(cells: NDArray[np.float64], count: int, random: np.random.Generator) -> None:
    flat = cells.reshape(-1)
    places = random.choice(flat.size, size=min(count, flat.size), replace=False)
    flat[places[::2]] = np.nan
    flat[places[1::2]] = 2.35e34


if __name__ == "__main__":
    example_cohort().to_csv(sys.stdout, index=False)
