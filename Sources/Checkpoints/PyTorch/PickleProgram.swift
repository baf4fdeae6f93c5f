/// Names that run programs or open files when Python calls them.
///
/// Nothing here would run them, as nothing is ever called. But no checkpoint has a reason to name one, so that a file
/// which does is an attack on those who open it elsewhere, and whoever opens it here should know.
enum PickleProgram {
  private static let modules: Set<String> = [
    "os", "posix", "nt", "subprocess", "commands", "popen2", "pty", "runpy", "importlib", "imp",
    "pkgutil",
    "sys", "shutil", "tempfile", "socket", "socketserver", "ctypes", "_ctypes", "code", "codeop",
    "webbrowser", "pickle", "_pickle", "cPickle", "marshal", "timeit", "pdb", "bdb", "trace", "cProfile",
    "profile",
    "pip", "requests", "urllib", "urllib2", "http", "httplib", "aiohttp", "ftplib", "smtplib", "telnetlib",
    "_posixsubprocess", "asyncio", "pydoc", "doctest", "venv",
  ]

  private static let names: Set<String> = [
    "builtins.eval", "builtins.exec", "builtins.execfile", "builtins.compile", "builtins.open",
    "builtins.__import__", "builtins.input", "builtins.breakpoint", "builtins.exit", "builtins.quit",
    "builtins.globals", "builtins.locals", "builtins.setattr", "builtins.vars",
    "io.open", "_io.open", "_io.FileIO", "io.FileIO", "codecs.open", "operator.attrgetter",
    "operator.methodcaller",
    "torch.load", "torch.hub.load", "torch.serialization.load", "torch.jit.load",
    "torch.utils.cpp_extension.load",
    "numpy.load", "numpy.lib.npyio.load", "numpy.fromfile", "joblib.load", "dill.load", "dill.loads",
    "dill._dill._create_function", "cloudpickle.cloudpickle._make_function", "types.FunctionType",
    "types.CodeType",
    "pandas.read_pickle", "torch._dynamo.guards.GuardBuilder.get",
  ]

  /// True where `module.name` runs something in Python.
  static func contains(module: String, name: String) -> Bool {
    let module = module == "__builtin__" ? "builtins" : module
    let first = module.prefix { $0 != "." }
    return modules.contains(String(first)) || names.contains(module + "." + name)
      // A name may have dots of its own: torch._utils with os.system.
      || name.contains(".") && modules.contains(String(name.prefix { $0 != "." }))
      || module == "torch" && ["hub.load", "FloatStorage.from_file"].contains(name)
  }
}
