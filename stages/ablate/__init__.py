"""Whether an augmentation operator helps: a task trained with it and without it, as experiments of DVC."""
