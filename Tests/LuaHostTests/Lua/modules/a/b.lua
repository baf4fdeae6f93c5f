-- Without a value: require answers true, and this module says its own in package.loaded.
package.loaded[...] = "set by itself"
