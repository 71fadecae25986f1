// Lets the compiler take functions without a body: the runtime has them.
