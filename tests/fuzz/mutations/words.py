"""Numbers and words at which readers may stumble."""

NUMBERS = (
    "nan", "NaN", "inf", "-inf", "Infinity", "1e308", "-1e308", "1e309", "1e-320", "1e-400", "0", "-0", "-0.0", "-1",
    "1" + "0" * 30, "9" * 400, "9223372036854775808", "18446744073709551616", "2147483648", "1e30", "0x10", "1_000",
    "1,000", "1.000,5", "1 000", "1'000", "\u0661\u0662", "\uff11", "\u00bd", "12\u00b2", "1e", "e5", "--1", "+", ".", ",", "1.2.3", "5%",
    "5 uM", "> 40", "<0.1", "~3", "3\u00b11", "1e+", "0.1e1e1", "\u22125", "1\u00a0000", "TRUE", "#N/A", "1/2", "2024-01-01", "=1+1",
    "1" * 5000, "0." + "3" * 3000, "1e" + "9" * 50, "10", "100", "0.5", "40", "65535", "1e5", "-5", "3", "1",
)  # fmt: skip

WORDS = (
    "", " ", "-", "--", "NA", "n/a", "nan", "none", "null", "[/x]", "[bold red]", "[link=x]", ":smile:", "$x_1$", "$\\frac{1}{$", "{}",
    "{0}", "%s", "%(x)s", "<script>alert(1)</script>", "&amp;", "\x1b[31mred", "a\nb", "a\rb", "a\tb", "\x07", "\u202eabc", "\u200b",
    "\ufeff", "e\u0301", "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u4f60\u597d", "A" * 5000, "a b" * 700, "'", '"', '"a', "a,b", "a;b", "../../x", "/dev/null",
    "C:\\x", "CON", "=1+1", "+1", "@x", "#x", "0", "1", "True", "control", "untreated", "Control ", "CONTROL", "treated", "blank",
    "standard", "sample", "dose", "signal", "cell_line", "experiment", "plate", "well", "A1", "a01", "ZZ99", "AF48", "P24", "gene",
    "subject", "condition", "ct", "Ct", "Cq", "Undetermined", "No Ct", "quantity", "od", "role", "S", "G0/G1", "G2/M", "events",
    "uM", "nM", "log10 dose (M)", "-log10(M)", "percent", "viability", "inhibition", "dose_um", "dose (nM)", "log2_ratio", "ratio",
    "\u00b5M", "\u03bcM", "\u0394Ct", "x" * 300, "\u0131", "\u00df", "\u1e9e", "\u00a0", "\u3000", "\x85", "\u2028", "\ud7ff", "A1:A3", "plate 1", "experiment 1", "file", "compound",
    "DMSO", "NTC", "water", "day", "time_h", "unit", "task", "lambda", "class", "index", "study", "chain", "draw", "posterior",
)  # fmt: skip
