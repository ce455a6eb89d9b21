"""Statistics of experiments: from what each arm comes to, to differences with intervals. Who was in which arm and what they did are models."""
