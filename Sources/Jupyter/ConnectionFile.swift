import Foundation
import Reports
import Support

/// Where a client waits for the kernel, and the key that both sign with: a file that the client wrote.
struct ConnectionFile {
  let transport: String
  let address: String
  /// The five channels' ports.
  let shell: Int
  let publishing: Int
  let standardInput: Int
  let control: Int
  let heartbeat: Int
  /// Empty: messages are not signed.
  let key: [UInt8]

  /// - Throws: ``FileError``, and ``MessagingError`` where it is no connection file.
  init(contentsOf path: FilePath) throws {
    let bytes = try InputFile.bytes(of: path, as: "connection file", limit: 1 << 20)
    let json: JSONValue
    do { json = try JSONValue(parsing: bytes) } catch let problem as TextProblem {
      throw MessagingError("\(path): not a connection file of Jupyter: \(problem)")
    }
    func port(_ name: String) throws -> Int {
      guard let port = json[name]?.asInteger, 1...65535 ~= port else {
        throw MessagingError(
          "\(path): not a connection file of Jupyter: \(name) must be a port from 1 to 65535")
      }
      return port
    }
    transport = json["transport"]?.asString ?? "tcp"
    guard ["tcp", "ipc"].contains(transport) else {
      throw MessagingError(
        "\(path): the transport '\(transport.printable(upTo: 40))' is unknown; known: tcp, ipc")
    }
    address = json["ip"]?.asString ?? "127.0.0.1"
    shell = try port("shell_port")
    publishing = try port("iopub_port")
    standardInput = try port("stdin_port")
    control = try port("control_port")
    heartbeat = try port("hb_port")
    key = Array((json["key"]?.asString ?? "").utf8)
    let scheme = json["signature_scheme"]?.asString ?? "hmac-sha256"
    guard key.isEmpty || scheme == "hmac-sha256" else {
      throw MessagingError(
        "\(path): the signature scheme '\(scheme.printable(upTo: 40))' is unknown; known: hmac-sha256")
    }
  }

  func endpoint(_ port: Int) -> String {
    transport == "ipc" ? "ipc://\(address)-\(port)" : "tcp://\(address):\(port)"
  }
}
