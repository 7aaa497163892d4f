"""The `pprg-triage` command."""

from pprg_shared.cli import service_command
from pprg_triage.service import service

main = service_command(service)

if __name__ == "__main__":
    main()
