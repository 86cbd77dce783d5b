"""The parts of `compare`: what a finished run says, figures side by side, and records that two runs share."""
