return {
  name = "exit_report",
  version = "1.0",
  summary = "a report on who leaves when, by class, with figures",
  requires = "gfnet >= 0.1",
  provides = { reports = { "exit_report" } },
  capabilities = { "report" },
  limits = { memory = "200M", seconds = 10 },
}
