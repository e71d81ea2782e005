"""What can become of a lane besides passing."""


class LaneUnavailable(Exception):
    """This machine cannot offer the lane; the text says why. Skips the lane, loudly."""


class LabError(Exception):
    """The lab itself broke. Fails the lane."""
