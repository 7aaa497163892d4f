"""The `pprg-publisher` command."""

from pprg_publisher.service import service
from pprg_shared.cli import service_command

main = service_command(service)

if __name__ == "__main__":
    main()
