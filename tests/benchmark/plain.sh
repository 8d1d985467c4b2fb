# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# What is left without Ansible: one ssh for each host, a shell line with the same commands. plain.sh DIRECTORY PARALLEL
cd "$1" || exit 1
exec xargs -P "$2" -I {} sh -c 'exec ssh -F config "$0" "$(cat "$0.commands")" > "out/$0" 2>&1' {} < hosts
