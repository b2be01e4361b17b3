/** AssemblyScript, compiled by scripts/assembly.js: WebAssembly in base64. */
declare module '*?simd=plain' {
  const base64: string;
  export default base64;
}
declare module '*?simd=relaxed' {
  const base64: string;
  export default base64;
}
