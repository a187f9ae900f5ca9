/** Elements by name; an array repeats its element. */
export interface XmlElements {
  [name: string]: string | number | undefined | XmlElements | XmlElements[]
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

/** The elements as XML text, with the document's head. `attributes` belong to the root. */
export function toXml(root: string, attributes: string, content: XmlElements): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${toElements(content)}</${root}>`
}

function toElements(elements: XmlElements): string {
  return Object.entries(elements)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => toElement(name, item)))
    .join('')
}

function toElement(name: string, value: string | number | undefined | XmlElements): string {
  if (value === undefined) return ''
  const content = typeof value === 'object' ? toElements(value) : escape(String(value))
  return `<${name}>${content}</${name}>`
}

function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => entities[character] ?? '')
}
