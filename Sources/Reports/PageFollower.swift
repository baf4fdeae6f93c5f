import Foundation

/// What has an open page of a report load itself again when a new one is written.
///
/// The page asks once a second for a script beside it, which says the version that is there now; that also works for pages that
/// are opened as files, without a server. Only this one script may run, by a number that each run draws anew.
public struct PageFollower: Sendable {
  static let file = "live.js"
  /// What the policy of the page lets run.
  let nonce =
    String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
  /// The version of the page; those of later runs are larger.
  var version = Int(Date().timeIntervalSince1970 * 1000)

  public init() {}

  /// The element in the page.
  var script: String {
    """
    <script nonce="\(nonce)">(function () {
      var own = \(version), wait = function (time) { setTimeout(look, time); };
      window.gfnetPage = function (version, ended) {
        if (version !== own) { location.reload(); } else if (!ended) { wait(1000); }
      };
      function look() {
        var script = document.createElement("script");
        script.src = "\(Self.file)?" + Date.now();
        script.onload = function () { script.remove(); };
        script.onerror = function () { script.remove(); wait(3000); };
        document.head.appendChild(script);
      }
      wait(1000);
    })();</script>

    """
  }

  /// The script beside the page.
  func answer(hasEnded: Bool) -> String { "gfnetPage(\(version), \(hasEnded));\n" }
}
