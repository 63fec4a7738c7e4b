# SPDX-License-Identifier: GPL-2.0-only
# Copyright (C) 2026 The outspawn authors
#
# The mutants: see README.md.
.PHONY: check-mutants
check-mutants:
	$(S)/tests/mutants/run -k $(or $(filter-out all,$(KERNEL)),trixie) $(if $(COUNT),-n $(COUNT))
#H make check-mutants  breaks one line of the project at a time; its suite must fail (COUNT=5: five of them)
