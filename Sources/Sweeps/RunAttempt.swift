import Foundation
import Reports
import Support

/// One time that a run was started: `attempts/N.json` in its folder.
///
/// The file is made by whoever takes the run, and by nobody else (``Support/ExclusiveFile``): it is the claim as well as what
/// becomes of it. Nothing is ever removed, so there is no moment in which two could believe that a run is theirs.
public struct RunAttempt: Sendable, Equatable {
  /// How far it is, or how it ended.
  public enum Status: String, Sendable { case running, done, failed, interrupted }

  public var status: Status
  /// The call of the sweep that it belongs to.
  public var call: Int
  /// What decides what the run computes beside its parameters; see ``SweepPlan/fingerprint``.
  public var fingerprint: String
  /// Who runs it.
  public var owner: Claimant
  /// The process of the run itself, on the owner's machine; nil before it was started.
  public var child: Claimant?
  /// When it began, in seconds since 1970.
  public var began: Double
  /// How long it took; nil while it runs.
  public var seconds: Double?
  /// What went wrong, in one line; empty where nothing did.
  public var error = ""
  /// When its owner was last heard of, in seconds since 1970 on the clock of the machine that keeps the file. This is the time
  /// of the file, not in it.
  public var heard: Double?

  public init(call: Int, fingerprint: String, owner: Claimant, began: Double = Date().timeIntervalSince1970) {
    status = .running
    self.call = call
    self.fingerprint = fingerprint
    self.owner = owner
    self.began = began
  }

  var json: JSONValue {
    .object([
      .init("status", .string(status.rawValue)), .init("call", .integer(call)),
      .init("fingerprint", .string(fingerprint)), .init("owner", owner.json),
      .init("child", child?.json ?? .null), .init("began", .number(began)),
      .init("seconds", seconds.map(JSONValue.number) ?? .null), .init("error", .string(error)),
    ])
  }

  init?(_ json: JSONValue) {
    guard let status = json["status"]?.asString.flatMap(Status.init), let call = json["call"]?.asInteger,
      let fingerprint = json["fingerprint"]?.asString, let owner = json["owner"].flatMap(Claimant.init)
    else { return nil }
    self.init(call: call, fingerprint: fingerprint, owner: owner, began: json["began"]?.asNumber ?? 0)
    self.status = status
    child = json["child"].flatMap(Claimant.init)
    seconds = json["seconds"]?.asNumber
    error = json["error"]?.asString ?? ""
  }
}
