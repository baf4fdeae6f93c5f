import LuaHost
import Reports

/// What the kernel says about itself.
enum KernelInfo {
  static let content: JSONValue = [
    "status": "ok", "protocol_version": .string(MessageCoder.version), "implementation": "gfnet-lab",
    "implementation_version": .string(Doctor.version), "language_info": JupyterLanguage.info,
    "banner": .string("gfnet-lab \(Doctor.version): experiments with Glance-and-Focus Networks, in Lua 5.4"),
    // JupyterLab asks for variables where there is a debugger, and has two ways to hear of one.
    "debugger": true, "supported_features": ["debugger"],
    "help_links": [
      ["text": "Lua 5.4", "url": "https://www.lua.org/manual/5.4/"],
      ["text": "Glance-and-Focus Networks", "url": "https://arxiv.org/abs/2201.03014"],
    ],
  ]
}
