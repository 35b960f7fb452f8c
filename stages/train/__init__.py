"""Makes LoRA and QLoRA adapters, one a task."""
