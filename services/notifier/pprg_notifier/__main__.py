"""The `pprg-notifier` command."""

from pprg_notifier.service import service
from pprg_shared.cli import service_command

main = service_command(service)

if __name__ == "__main__":
    main()
