"""What several apps show is compiled once, and anew when its text is another."""

from jinja2 import DictLoader, Environment

from pprg_shared.web.compiled import Compiled


class Counting(Environment):
    """How often an app had to compile."""

    count = 0

    def compile(self, *given, **named):
        self.count += 1
        return super().compile(*given, **named)


def test_a_template_is_compiled_once_for_all_apps_and_anew_when_its_text_is_another():
    shared = Compiled()
    first, second, other = (
        Counting(loader=DictLoader({"page": text}), bytecode_cache=shared)
        for text in ("a {{ x }}", "a {{ x }}", "b {{ x }}")
    )

    shown = [each.get_template("page").render(x=number) for number, each in enumerate((first, second, other))]

    assert shown == ["a 0", "a 1", "b 2"]
    assert [each.count for each in (first, second, other)] == [1, 0, 1]
