"""What runs inside the instance, beside the candidate. Built into the component by `glassbox.harness.sandbox.build`."""
