"""A network's operators on the cores of an accelerator: mapped, run under a policy, measured."""
