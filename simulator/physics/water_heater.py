"""An electric storage water heater of 80 litres: element, thermostat, taps, pressure, anode.

The tank is one lump of water with a warmer top; faults act on the element's heat transfer and
resistance, its insulation, the expansion vessel and the thermostat's sensor.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulator.physics.appliance import Averages, Fault
from simulator.physics.control_board import counted
from simulator.physics.draws import Draws
from simulator.physics.home import MINUTES_A_DAY, Bools, Floats, Homes, Surroundings
from simulator.physics.sensors import Sensors
from simulator.physics.supply import Supply

FAULTS = (
    Fault("element_scaled", ("scale_build_up",), days=(10, 30)),
    Fault("element_failing", ("weak_heating", "not_hot_enough"), days=(5, 15)),
    Fault("insulation_breakdown", ("earth_leakage",), days=(5, 15)),
    Fault("expansion_vessel_flat", ("over_pressure",), days=(6, 18)),
    Fault("thermostat_drift", ("overheating",), days=(6, 18)),
)

SECONDS = 60.0
TANK_L = 80.0
WATER_J_PER_L_K = 4186.0
TANK_J_PER_K = TANK_L * WATER_J_PER_L_K
ELEMENT_W = 2000.0
STANDBY_W = 1.5
ELEMENT_W_PER_K = 60.0
"""From a clean element to water; 2 kW make it some 33 K warmer than the tank."""
STANDBY_LOSS_W_PER_K = 1.3
THERMOSTAT_BAND_C = 6.0
CUT_OUT_C = 88.0
"""The thermal cut-out opens here whatever the thermostat believes; it closes 10 K lower."""
RELIEF_BAR = 8.5
PRESSURE_MEMORY_MINUTES = 90.0
LEAKAGE_TRIPS_MA = 15.0
ANODE_DAYS = 600.0
STRAINER_L = 6000.0
E3_ELEMENT_C, E3_AFTER_MINUTES = 150.0, 20
E5_AFTER_MINUTES, E5_SHARE = 120, 0.5
E6_BAR, E6_AFTER_MINUTES = 8.2, 30
E4_AFTER_MINUTES = 3
SENSOR_NOISE = {
    "tank_temp_c": 0.1,
    "outlet_temp_c": 0.2,
    "inlet_temp_c": 0.2,
    "ambient_temp_c": 0.2,
    "element_excess_k": 0.5,
    "tank_pressure_bar": 0.03,
    "leakage_current_ma": 0.02,
}
SENSOR_LIMITS = {
    "tank_temp_c": (0.0, 120.0),
    "outlet_temp_c": (0.0, 120.0),
    "inlet_temp_c": (0.0, 45.0),
    "ambient_temp_c": (-20.0, 60.0),
    "element_excess_k": (-50.0, 200.0),
    "tank_pressure_bar": (0.0, 16.0),
    "leakage_current_ma": (0.0, 60.0),
}


class WaterHeaters:
    """The water heaters of `homes`."""

    def __init__(self, homes: Homes, rng: np.random.Generator) -> None:
        self._units = homes.units
        self._mains_bar = homes.mains_pressure_bar
        self._draws = Draws(rng, self._units, uniforms=4, normals=2)
        self._sensors = Sensors(rng, self._units, noise=SENSOR_NOISE, limits=SENSOR_LIMITS)
        # Salty water eats the anode faster.
        self._anode_share = np.sqrt(homes.tds_ppm / 300.0) / (ANODE_DAYS * MINUTES_A_DAY)
        # Hard water leaves a thin crust even on a healthy element.
        crust = 1.0 + 0.01 * homes.hardness_dh
        self._element_w_per_k = ELEMENT_W_PER_K / crust
        self._draw_units(self._units, rng)
        self._draw_state(self._units, rng)
        self._averages = Averages()

    def _draw_units(self, units: int, rng: np.random.Generator) -> None:
        self._set_c = rng.normal(60.0, 3.0, units).round(0).clip(55, 65)
        self._rated_w = rng.normal(ELEMENT_W, 40.0, units).clip(1900, 2100)
        self._top_c = rng.normal(2.0, 0.4, units).clip(1, 3)
        self._loss_w_per_k = rng.normal(STANDBY_LOSS_W_PER_K, 0.1, units).clip(1.0, 1.6)
        self._leakage_ma = rng.normal(0.4, 0.1, units).clip(0.15, 0.8)

    def _draw_state(self, units: int, rng: np.random.Generator) -> None:
        self._tank_c = self._set_c - rng.uniform(0.0, THERMOSTAT_BAND_C, units)
        self._element_c = self._tank_c.copy()
        self._heats = np.zeros(units, dtype=np.bool_)
        self._cut_out = np.zeros(units, dtype=np.bool_)
        self._mains_wave = np.zeros(units)
        self._expansion = np.zeros(units)
        self._tap_left_min = np.zeros(units)
        self._tap_l_per_min = np.zeros(units)
        self._energy_kwh = rng.uniform(50.0, 5000.0, units)
        self._anode = Supply(units, rng)
        self._strainer = Supply(units, rng)
        self._hot_element_minutes = np.zeros(units)
        self._cut_out_minutes = np.zeros(units)
        self._weak_minutes = np.zeros(units)
        self._pressed_minutes = np.zeros(units)

    def step(self, around: Surroundings, levels: Mapping[str, Floats]) -> None:
        """Go on by one minute."""
        chance, noise = self._draws.minute()
        flow = self._open_taps(around, chance)
        inlet_c = np.maximum(around.inlet_water_c, 3.0)
        sensed_c = self._tank_c - 26.0 * levels["thermostat_drift"]
        on = self._control(sensed_c, levels)
        share = 1.0 - 0.65 * levels["element_failing"]
        volts = 1.0 + 0.01 * noise[0]
        power_w = self._rated_w * share * (volts * volts) * on
        self._heat(around, levels, flow=flow, inlet_c=inlet_c, power_w=power_w)
        pressure_bar = self._press(levels, flow, power_w, noise[1])
        leakage_ma = self._leak_current(levels, on)
        self._wear(flow, chance)
        self._watch(on, share, pressure_bar)
        self._energy_kwh = self._energy_kwh + (power_w + STANDBY_W) / 60e3
        self._averages.add(
            tank_temp_c=sensed_c,
            outlet_temp_c=self._tank_c + self._top_c,
            set_temp_c=self._set_c,
            inlet_temp_c=inlet_c,
            ambient_temp_c=around.indoor_c,
            inlet_flow_l_per_min=flow,
            heater_power_w=power_w,
            heater_duty_pct=np.where(on, 100.0, 0.0),
            element_excess_k=self._element_c - self._tank_c,
            tank_pressure_bar=pressure_bar,
            leakage_current_ma=leakage_ma,
        )

    def _open_taps(self, around: Surroundings, chance: Floats) -> Floats:
        """Hot water drawn in this minute, in L/min: many short taps, a few showers."""
        shower = chance[0] < 0.0025 * around.activity  # about two a day
        tap = (chance[0] > 1.0 - 0.02 * around.activity) & (self._tap_left_min <= 0.0)
        self._tap_left_min = np.where(shower, 5.0 + 5.0 * chance[1], self._tap_left_min - 1.0)
        self._tap_left_min = np.where(tap, 1.0, self._tap_left_min)
        self._tap_l_per_min = np.where(shower, 4.0 + 1.5 * chance[2], self._tap_l_per_min)
        self._tap_l_per_min = np.where(tap, 1.5 + 3.0 * chance[2], self._tap_l_per_min)
        clogged = 1.0 - 0.25 * np.minimum(self._strainer.worn, 1.2)
        pushed = np.sqrt(self._mains_bar / 3.2) * clogged
        return self._tap_l_per_min * pushed * (self._tap_left_min > 0.0)

    def _control(self, sensed_c: Floats, levels: Mapping[str, Floats]) -> Bools:
        calls = (sensed_c < self._set_c - THERMOSTAT_BAND_C) | (
            self._heats & (sensed_c < self._set_c)
        )
        self._heats = calls
        self._cut_out = (self._tank_c > CUT_OUT_C) | (
            self._cut_out & (self._tank_c > CUT_OUT_C - 10.0)
        )
        self._tripped = self._leakage_ma + 18.0 * levels["insulation_breakdown"] > LEAKAGE_TRIPS_MA
        return np.asarray(calls & ~self._cut_out & ~self._tripped, dtype=np.bool_)

    def _heat(
        self,
        around: Surroundings,
        levels: Mapping[str, Floats],
        *,
        flow: Floats,
        inlet_c: Floats,
        power_w: Floats,
    ) -> None:
        lost_w = self._loss_w_per_k * (self._tank_c - around.indoor_c)
        mixed_k = flow / TANK_L * (inlet_c - self._tank_c)
        heated_k = (power_w - lost_w) * (SECONDS / TANK_J_PER_K)
        self._warming_k = heated_k
        self._tank_c = self._tank_c + mixed_k + heated_k
        w_per_k = self._element_w_per_k / (1.0 + 2.2 * levels["element_scaled"])
        target_c = self._tank_c + power_w / w_per_k
        self._element_c = self._element_c + 0.5 * (target_c - self._element_c)

    def _press(
        self, levels: Mapping[str, Floats], flow: Floats, power_w: Floats, noise: Floats
    ) -> Floats:
        """Tank pressure in bar: the mains', less when water flows, more when heated water grows."""
        self._mains_wave = 0.97 * self._mains_wave + 0.03 * noise
        memory = 1.0 - 1.0 / PRESSURE_MEMORY_MINUTES
        grown = self._expansion * memory + self._warming_k * (power_w > 0.0) * 0.08
        self._expansion = np.minimum(grown, 1.0) * (flow <= 0.0)
        rise_bar = (0.5 + 6.0 * levels["expansion_vessel_flat"]) * self._expansion
        pressure = self._mains_bar + self._mains_wave + rise_bar - 0.02 * flow * flow
        return np.minimum(np.maximum(pressure, 0.0), RELIEF_BAR)

    def _leak_current(self, levels: Mapping[str, Floats], on: Bools) -> Floats:
        full_ma = self._leakage_ma + 18.0 * levels["insulation_breakdown"]
        # One pole stays connected while the element is off, so that some current always leaks.
        return full_ma * (0.4 + 0.6 * on)

    def _wear(self, flow: Floats, chance: Floats) -> None:
        self._anode.use(self._anode_share)
        self._strainer.use(flow / STRAINER_L)
        self._anode.replace_some(chance[3])
        self._strainer.replace_some(1.0 - chance[3])

    def _watch(self, on: Bools, share: Floats, pressure_bar: Floats) -> None:
        """Count what the control board counts before it shows a code."""
        hot = self._element_c > E3_ELEMENT_C
        self._hot_element_minutes = counted(self._hot_element_minutes, hot, on)
        self._cut_out_minutes = (self._cut_out_minutes + 1.0) * self._cut_out
        self._weak_minutes = counted(self._weak_minutes, share < E5_SHARE, on)
        self._pressed_minutes = (self._pressed_minutes + 1.0) * (pressure_bar > E6_BAR)

    def report(self) -> dict[str, Floats]:
        """Metric by name, as in the catalogue."""
        return self._sensors.read(self._averages.take()) | {
            "energy_kwh": self._energy_kwh.copy(),
            "anode_left_pct": self._anode.left_pct,
            "strainer_used_l": self._strainer.worn * STRAINER_L,
        }

    def replace(self, consumable: str, unit: int) -> None:
        """Put a new anode or a clean strainer in."""
        supplies = {"anode_rod": self._anode, "inlet_strainer": self._strainer}
        if consumable in supplies:
            supplies[consumable].replace(unit)

    def active_codes(self) -> dict[str, Bools]:
        """Codes that the display shows now."""
        return {
            "E1": self._tripped,
            "E3": self._hot_element_minutes >= E3_AFTER_MINUTES,
            "E4": self._cut_out_minutes >= E4_AFTER_MINUTES,
            "E5": self._weak_minutes >= E5_AFTER_MINUTES,
            "E6": self._pressed_minutes >= E6_AFTER_MINUTES,
        }
