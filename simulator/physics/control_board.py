"""What every appliance's control board does: switch with hysteresis, count before it complains."""

from __future__ import annotations

import numpy as np

from simulator.physics.home import Bools, Floats


def thermostat(on: Bools, above: Floats, band: float) -> Bools:
    """Give a thermostat's switch: on above the band, off below it, else as it was."""
    return np.asarray((above > band) | (on & (above > -band)), dtype=np.bool_)


def counted(minutes: Floats, wrong: Bools, running: Bools) -> Floats:
    """Count the running minutes for which something has been wrong without a break."""
    return np.where(running, (minutes + 1.0) * wrong, minutes)
