"""By which measure each fault of each type shows early, and which codes show in the end.

A line for every fault of every type; `test_faults.py` fails for a fault without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.unit.physics.trial import Run, Trial, early_units

Measure = Callable[[Run, slice], float]
"""One number about the units, from the last day of a run."""


def mean(metric: str) -> Measure:
    return lambda run, units: float(run.last_day(metric, units).mean())


def highest(metric: str) -> Measure:
    return lambda run, units: float(run.last_day(metric, units).max())


def above(metric: str, other: str) -> Measure:
    return lambda run, units: mean(metric)(run, units) - mean(other)(run, units)


def for_each(by: str, metric: str) -> Measure:
    """The metric while `by` is not nothing, for each unit of `by`."""

    def ratio(run: Run, units: slice) -> float:
        share = run.last_day(by, units)
        return float((run.last_day(metric, units) * (share > 0)).sum() / share.sum())

    return ratio


@dataclass(frozen=True)
class Sign:
    """What a fault does to its own units."""

    codes: set[str]
    """Shown by ordinary ones when it has run its course."""
    measure: Measure
    at_least: float
    at_most: float
    """Both of the measure early in the fault, over that of the same units in health."""

    def change(self, type_name: str, fault: str, trial: Trial) -> float:
        units = early_units(type_name, fault)
        return self.measure(trial.faulty, units) / self.measure(trial.healthy, units)

    def agrees(self, change: float) -> bool:
        return self.at_least < change < self.at_most


SIGNS: dict[str, dict[str, Sign]] = {
    "refrigerator": {
        "refrigerant_leak": Sign({"E7"}, mean("compressor_duty_pct"), 1.15, 3.0),
        "evaporator_fan_worn": Sign(
            {"E4"}, for_each("compressor_duty_pct", "evaporator_fan_rpm"), 0.5, 0.7
        ),
        "condenser_clogged": Sign({"E6"}, above("condenser_temp_c", "ambient_temp_c"), 1.3, 2.5),
        "defrost_heater_failing": Sign({"E5"}, mean("last_defrost_min"), 1.3, 3.0),
        "door_seal_worn": Sign(set(), mean("compressor_duty_pct"), 1.15, 3.0),
        "compressor_worn": Sign(
            set(), for_each("compressor_duty_pct", "compressor_power_w"), 1.08, 1.5
        ),
    },
    "washing_machine": {
        "drain_pump_clogging": Sign({"E2"}, mean("last_cycle_drain_s"), 1.5, 4.0),
        "heater_scaling": Sign({"E5"}, mean("last_cycle_heating_k_per_min"), 0.1, 0.7),
        "bearing_wear": Sign(set(), mean("last_cycle_spin_vibration_mm_s"), 1.5, 8.0),
        "inlet_sieve_clogging": Sign({"E1"}, mean("last_cycle_fill_flow_l_per_min"), 0.2, 0.7),
        "drain_valve_leak": Sign({"E9"}, mean("last_cycle_water_l"), 1.1, 1.8),
    },
    "air_conditioner": {
        "refrigerant_leak": Sign({"F0"}, for_each("compressor_speed_hz", "air_delta_c"), 0.5, 0.85),
        "outdoor_fan_worn": Sign(
            {"L3", "E4"}, for_each("compressor_speed_hz", "outdoor_fan_rpm"), 0.5, 0.75
        ),
        "outdoor_coil_clogged": Sign({"E4"}, for_each("compressor_speed_hz", "power_w"), 1.02, 2.0),
        "indoor_fan_worn": Sign(
            {"H6"}, for_each("compressor_speed_hz", "indoor_fan_rpm"), 0.5, 0.8
        ),
        "compressor_worn": Sign(set(), for_each("compressor_speed_hz", "power_w"), 1.02, 2.0),
    },
    "dishwasher": {
        "heating_track_failure": Sign({"F3"}, mean("last_cycle_heating_k_per_min"), 0.2, 0.7),
        "drain_blockage": Sign({"F2"}, mean("last_cycle_drain_s"), 1.5, 4.0),
        "filter_clogging": Sign({"F4"}, mean("last_cycle_spray_pump_w"), 0.5, 0.8),
        "inlet_valve_clogging": Sign({"F1"}, mean("last_cycle_fill_flow_l_per_min"), 0.2, 0.7),
        "sump_seal_leak": Sign({"F8"}, mean("last_cycle_water_l"), 1.1, 1.6),
    },
    "water_heater": {
        "element_scaled": Sign({"E3"}, highest("element_excess_k"), 1.4, 4.0),
        "element_failing": Sign({"E5"}, for_each("heater_duty_pct", "heater_power_w"), 0.3, 0.8),
        "insulation_breakdown": Sign({"E1"}, mean("leakage_current_ma"), 5.0, 100.0),
        "expansion_vessel_flat": Sign(set(), highest("tank_pressure_bar"), 1.2, 3.0),
        "thermostat_drift": Sign(set(), mean("outlet_temp_c"), 1.1, 1.5),
    },
    "water_purifier": {
        "membrane_fouling": Sign({"E4"}, mean("permeate_flow_l_per_min"), 0.3, 0.7),
        "membrane_breach": Sign(set(), mean("permeate_tds_ppm"), 3.0, 30.0),
        "pump_wear": Sign({"E2"}, mean("membrane_pressure_kpa"), 0.5, 0.8),
        "sediment_clogging": Sign({"E1"}, mean("prefilter_pressure_kpa"), 0.1, 0.7),
        "flush_valve_leak": Sign(set(), mean("waste_flow_l_per_min"), 1.3, 2.0),
    },
}
