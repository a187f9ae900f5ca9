/** `word-count` is `WordCount`. */
export function pascalCase(name: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new Error(`the name ${JSON.stringify(name)} is not kebab-case`)
  return name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase())
}
