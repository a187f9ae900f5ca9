type XmlValue = string | number | boolean | undefined | XmlValue[] | { [name: string]: XmlValue }

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

/** A document of nested elements; an array becomes `<member>` elements, as the query protocol writes lists. */
export function toXml(root: { [name: string]: XmlValue }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${toElements(root)}`
}

function toElements(value: XmlValue): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${toElements(item)}</member>`).join('')
  if (typeof value !== 'object') return String(value).replace(/[&<>"\r]/g, (character) => entities[character] ?? '')
  return Object.entries(value)
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) => `<${name}>${toElements(content)}</${name}>`)
    .join('')
}
