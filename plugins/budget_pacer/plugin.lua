return {
  name = "budget_pacer",
  version = "1.0",
  summary = "an exit rule that spends a mean budget of Multiply-Adds, and of time",
  requires = "gfnet >= 0.1",
  provides = { exits = { "budget_pacer" } },
  capabilities = {},
  limits = { memory = "200M", seconds = 10 },
}
