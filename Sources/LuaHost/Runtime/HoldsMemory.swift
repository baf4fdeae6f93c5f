import CLuaBridge

/// A value that scripts can hold says what it keeps outside Lua.
///
/// The collector sees an object as a few bytes. It hears of the rest through this, for every object that is pushed, so that
/// a loop over large ones does not fill the machine before it runs.
public protocol HoldsMemory {
  /// Roughly the bytes outside Lua that are released with the value.
  var heldBytes: Int { get }
}

/// A value whose memory grows while it is held: it is asked again after each of its methods.
public protocol GrowsInUse: HoldsMemory {}

/// Roughly the bytes that Swift holds for any object beside its content.
let objectBookkeeping = 512

extension LuaStack {
  /// Tells the collector of what the object at `index` has come to hold.
  func accountAgain(_ value: any GrowsInUse, at index: Int) {
    guard let box = gf_box_at(pointer, Int32(index)), box.pointee.object != nil else { return }
    let now = value.heldBytes + objectBookkeeping
    let more = now - Int(box.pointee.external_bytes)
    box.pointee.external_bytes = now
    state.account(bytes: more)
  }
}
