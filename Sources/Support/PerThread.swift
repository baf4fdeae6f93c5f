import Glibc

/// One object for each thread that asks, made at the first time and let go of when the thread ends.
public struct PerThread<Value: AnyObject>: Sendable {
  @usableFromInline let key: pthread_key_t

  /// Takes one of the program's some thousand keys, which are never given back: it is kept in a `static let`.
  public init() {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
    }
    self.key = key
  }

  /// The calling thread's object, or what `make` makes.
  @inlinable
  public func value(_ make: () throws -> Value) rethrows -> Value {
    if let found { return found }
    let made = try make()
    set(made)
    return made
  }

  @inlinable
  var found: Value? {
    guard let pointer = pthread_getspecific(key) else { return nil }
    return Unmanaged<Value>.fromOpaque(pointer).takeUnretainedValue()
  }

  @usableFromInline
  func set(_ value: Value) { pthread_setspecific(key, Unmanaged.passRetained(value).toOpaque()) }
}
