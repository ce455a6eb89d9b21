"""English given names with their short forms, and family names. Common ones first: rank decides how frequent a name is."""

MALE = """
James:Jim John:Jack Robert:Bob Michael:Mike William:Bill David:Dave Richard:Rick Joseph:Joe Thomas:Tom Christopher:Chris
Charles:Charlie Daniel:Dan Matthew:Matt Anthony:Tony Mark Steven:Steve Paul Andrew:Andy Joshua:Josh Kenneth:Ken
Kevin Brian George Timothy:Tim Ronald:Ron Jason Edward:Ed Jeffrey:Jeff Ryan Jacob:Jake
Gary Nicholas:Nick Eric Jonathan:Jon Stephen:Steve Larry Justin Scott Brandon Benjamin:Ben
Samuel:Sam Gregory:Greg Alexander:Alex Patrick:Pat Frank Raymond:Ray Dennis Jerry Tyler Aaron
Henry:Harry Douglas:Doug Peter:Pete Adam Nathan:Nate Zachary:Zach Walter:Walt Kyle Harold:Harry Carl
Arthur:Art Gerald:Jerry Roger Keith Lawrence:Larry Terry Sean Albert:Al Jesse Austin
Bruce Willie Jordan Dylan Ralph Roy Noah Eugene:Gene Wayne Russell:Russ
Philip:Phil Louis:Lou Randall:Randy Vincent:Vince Howard Leonard:Leo Oscar Martin Simon Graham Stuart:Stu Theodore:Ted Oliver:Ollie Hugh
"""

FEMALE = """
Mary:Molly Patricia:Pat Jennifer:Jen Linda Elizabeth:Liz Barbara:Barb Susan:Sue Jessica:Jess Sarah Karen
Lisa Nancy Margaret:Maggie Sandra:Sandy Ashley Kimberly:Kim Emily:Em Donna Michelle Carol
Amanda:Mandy Melissa:Mel Deborah:Debbie Stephanie:Steph Rebecca:Becky Sharon Laura Cynthia:Cindy Dorothy:Dot Amy
Kathleen:Kathy Angela:Angie Shirley Emma Brenda Pamela:Pam Nicole:Nikki Anna Samantha:Sam Katherine:Kate
Christine:Chris Debra:Deb Rachel Carolyn Janet:Jan Virginia:Ginny Maria Heather Diane Julie
Joyce Victoria:Vicky Kelly Christina:Tina Joan Evelyn Lauren Judith:Judy Olivia:Liv Frances:Fran
Martha Cheryl Megan:Meg Andrea Hannah Jacqueline:Jackie Ann Jean Alice Kathryn:Kathy
Gloria Teresa:Terry Doris Sara Janice Julia Marie Madison:Maddie Grace Judy
Abigail:Abby Beverly:Bev Denise Marilyn Amber Danielle:Dani Brittany Rose Diana Natalie:Nat Sophia:Sophie Alexis:Lexi Charlotte:Lottie Eleanor:Ellie
"""

FAMILY = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis
Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Turner Phillips Evans Parker Edwards
Collins Stewart Morris Murphy Cook Rogers Morgan Peterson Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray
Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan
Reynolds Hamilton Graham Wallace Cole West Bryant Gibson Ellis Murray Ford Marshall Owens McDonald Harrison Kennedy Wells Woods Burns Gordon Hunter
Shaw Holmes Palmer Wagner Black Robertson Boyd Stone Fox Warren Mills Rice Hawkins Nichols Grant Knight Dunn Hunt Stephens Pierce Hudson Perkins
Spencer Gardner Payne Matthews Arnold Willis Ray Watkins Hart Carpenter Cunningham Ruiz Lane Bradley Andrews Snyder Elliott Armstrong Berry Wheeler
Greene Weaver Dean Chambers O'Brien O'Connor McCarthy Fletcher Bishop Lawson Franklin Harper Reid Carr Oliver Newman Lynch Barker Webb Page Dixon
Chapman Gilbert Lloyd Atkinson Walsh Poole Marsh Doyle Barrett Frost Sharp Potter Blake Hooper Norton Giles Vaughan Swift Nash Lowe Parsons Quinn
"""

ROOTS = [
    "Ash",
    "Black",
    "Brook",
    "Clay",
    "Cran",
    "Dun",
    "East",
    "Elder",
    "Fair",
    "Fern",
    "Gold",
    "Hart",
    "Hazel",
    "Holl",
    "Kings",
    "Lang",
    "Linden",
    "Long",
    "Mapl",
    "Mill",
    "Nor",
    "North",
    "Oak",
    "Pen",
    "Red",
    "Rock",
    "Rose",
    "Silver",
    "South",
    "Stan",
    "Stone",
    "Sun",
    "Thorn",
    "Wal",
    "Wander",
    "Water",
    "West",
    "Whit",
    "Wind",
    "Win",
    "Wren",
    "Alder",
    "Birch",
    "Copper",
    "Foxen",
    "Heather",
    "Ivy",
    "Juniper",
    "Kestrel",
    "Lark",
    "Merrow",
    "Raven",
]

ENDINGS = ("ford", "ton", "well", "wood", "field", "ley", "worth", "more", "by", "ham", "stead", "combe")
