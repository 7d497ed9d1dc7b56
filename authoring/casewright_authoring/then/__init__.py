"""Actions as operators write them in `then`, one module for what they act on: `- create_task: {flow: Escalations, name: ...}`."""
