package film

// The colours of the house's drawings.
const (
	Ink    = "#15211D"
	Paper  = "#E8F0EC"
	Sheet  = "#F4F8F6"
	White  = "#FFFFFF"
	Deep   = "#0D2B26" // night and the end card
	Brand  = "#0A594E"
	Water  = "#2E6E63"
	Glaze  = "#4F8F83"
	Shoal  = "#8FC0B3"
	Mist   = "#BFD9CE"
	Cloud  = "#D9E3E0"
	Slate  = "#6B8085"
	Tile   = "#33454A"
	Sand   = "#E6D3A8"
	Earth  = "#CDB27C"
	Clay   = "#A98C58"
	Leaf   = "#7B9E2A"
	Moss   = "#3A540A"
	Kiln   = "#CE6438"
	Brick  = "#882F11"
	Plum   = "#86203F"
	Blush  = "#FAE6EC"
	Skin   = "#F1D2BA"
	Lamp   = "#FBE7A6"
	Loquat = "#E9A93B"
	Pale   = "#EAF3EF" // words on Deep
	Gold   = "#F0C36A" // words that count on Deep
)
